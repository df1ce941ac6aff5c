/// One JSON document a line. Empty lines do not count.
struct JSONLinesComparer: ContentComparer {
    let name = "JSON lines"
    let suffixes = [".jsonl", ".ndjson"]

    func recognises(_ head: ArraySlice<UInt8>) -> Bool { !head.contains(0) }

    func compare(_ left: [UInt8], _ right: [UInt8], rule: NumberRule) throws(ContentError) -> ContentResult {
        try contentResult { () throws(WalkEnd) in
            var meter = NumberMeter(rule: rule)
            var (leftLines, rightLines) = (Lines(left), Lines(right))
            while true {
                switch (leftLines.nextFilled(), rightLines.nextFilled()) {
                case (nil, nil): return meter.largestAbsolute
                case (let one?, nil):
                    throw .differs(Spot(place: "line \(one.number)", left: excerpt(left[one.range]), right: "nothing"))
                case (nil, let other?):
                    throw .differs(
                        Spot(place: "line \(other.number)", left: "nothing", right: excerpt(right[other.range]))
                    )
                case (let one?, let other?):
                    if left[one.range] == right[other.range] { continue }
                    var walk = JSONWalk(
                        left: JSONScanner(bytes: left, range: one.range, side: .left),
                        right: JSONScanner(bytes: right, range: other.range, side: .right),
                        meter: meter
                    )
                    try located(line: one.number) { () throws(WalkEnd) in try walk.document() }
                    meter = walk.meter
                }
            }
        }
    }

    private func located(line: Int, _ walk: () throws(WalkEnd) -> Void) throws(WalkEnd) {
        do {
            try walk()
        } catch {
            guard case .differs(var spot) = error else { throw error }
            spot.place = "line \(line), \(spot.place)"
            throw .differs(spot)
        }
    }
}

/// The lines of a text, one after the other. A line ends before its line feed; what follows the last one is a line
/// where it is not empty.
struct Lines {
    private let bytes: [UInt8]
    private var position = 0
    private var number = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> (range: Range<Int>, number: Int)? {
        guard position < bytes.count else { return nil }
        let start = position
        let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
        position = end + 1
        number += 1
        return (start..<end, number)
    }

    mutating func nextFilled() -> (range: Range<Int>, number: Int)? {
        while let line = next() {
            if bytes[line.range].contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) { return line }
        }
        return nil
    }
}
