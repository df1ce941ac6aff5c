import RepriseModel

/// One piece of a growing file being taken in.
struct TailReading {
    private(set) var notes: [String] = []
    var position: IngestPosition
    private let tail: MetricTail
    private var parser: MetricLineParser

    init(tail: MetricTail, position: IngestPosition) {
        self.tail = tail
        self.position = position
        parser = MetricLineParser(prefix: tail.prefix)
    }

    var columns: [MetricColumn] { parser.filledColumns }

    /// Neither a metric nor a line that was meant as one.
    var hasNothing: Bool { columns.isEmpty && position.rejected == 0 && notes.isEmpty }

    /// Takes in every whole line of the piece, and moves the position behind it; with `isEnd` nothing follows the piece.
    mutating func take(_ piece: UnsafeRawBufferPointer, isEnd: Bool) {
        var rest = piece
        if position.isInsideLongLine {
            guard let end = rest.lineEnd else { return skip(rest.count) }
            skip(end + 1)
            position.isInsideLongLine = false
            rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
        }
        while let end = rest.lineEnd {
            takeLine(UnsafeRawBufferPointer(rebasing: rest[..<end]), taken: end + 1)
            rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
        }
        guard !rest.isEmpty else { return }
        if rest.count > MetricTail.longestLine {
            takeLine(rest, taken: rest.count)
            position.isInsideLongLine = !isEnd
        } else if tail.kind == .log, !mayBecomeMetric(rest) {
            position.lines += 1
            skip(rest.count)
            position.isInsideLongLine = !isEnd
        } else if isEnd {
            takeLine(rest, taken: rest.count)
        }
    }

    private mutating func skip(_ count: Int) { position.offset += Int64(count) }

    private mutating func takeLine(_ line: UnsafeRawBufferPointer, taken: Int) {
        position.lines += 1
        skip(taken)
        var content = line
        if tail.kind == .log {
            guard line.begins(with: marker) else { return }
            content = UnsafeRawBufferPointer(rebasing: line[marker.utf8CodeUnitCount...])
        }
        let fault = line.count > MetricTail.longestLine ? .long : parser.parse(content)
        if let fault { reject(line, fault) }
    }

    private mutating func reject(_ line: UnsafeRawBufferPointer, _ fault: MetricLineFault) {
        position.rejected += 1
        guard position.rejected <= 3 else { return }
        let start = String(decoding: line.prefix(80), as: UTF8.self)
            .unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : Character($0) }
        notes.append("`\(tail.source)` line \(position.lines) is no metric (\(fault.text)): `\(String(start))`")
    }

    /// Whether a line that has only begun may still turn out to hold a metric.
    private func mayBecomeMetric(_ line: UnsafeRawBufferPointer) -> Bool {
        let word = UnsafeRawBufferPointer(start: marker.utf8Start, count: min(line.count, marker.utf8CodeUnitCount))
        return UnsafeRawBufferPointer(rebasing: line[..<word.count]).equals(word)
    }
}

private let marker: StaticString = "::metric "
