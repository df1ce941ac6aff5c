import RepriseModel
import RepriseTracking

/// Reads the bodies of `runs/log-batch` and `runs/log-metric` from their bytes, without building a tree.
///
/// It knows the plain form that clients send and gives up on everything else: nil says that the body is to be read by
/// `MetricBatch(fields:)`, which knows every form and words what is wrong. What it does read, both read alike.
struct BatchScanner {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The body of `runs/log-batch`.
    static func batch(_ bytes: UnsafeRawBufferPointer) -> MetricBatch? {
        var scanner = BatchScanner(bytes)
        return scanner.batch()
    }

    /// The body of `runs/log-metric`.
    static func metric(_ bytes: UnsafeRawBufferPointer) -> MetricBatch? {
        var scanner = BatchScanner(bytes)
        return scanner.metric()
    }

    // MARK: Documents

    private mutating func batch() -> MetricBatch? {
        var run: String?
        var columns = ColumnCollector()
        var parameters: [MetricBatch.Pair]?
        var tags: [MetricBatch.Pair]?
        var hasMetrics = false
        let isWhole = members { scanner, key in
            switch key {
            case "run_id" where run == nil:
                run = scanner.text()
                return run?.isEmpty == false
            case "metrics" where !hasMetrics:
                hasMetrics = true
                return scanner.elements(atMost: MetricBatch.mostMetrics) { $0.point(into: &columns) }
            case "params" where parameters == nil:
                parameters = scanner.pairs(atMost: MetricBatch.mostParameters)
                return parameters != nil
            case "tags" where tags == nil:
                tags = scanner.pairs(atMost: MetricBatch.mostTags)
                return tags != nil
            default: return false
            }
        }
        guard isWhole, isAtEnd(), let run else { return nil }
        return MetricBatch(run: run, columns: columns.columns, parameters: parameters ?? [], tags: tags ?? [])
    }

    private mutating func metric() -> MetricBatch? {
        var run: String?
        var alias: String?
        var columns = ColumnCollector()
        var point = PointFields()
        let isWhole = members { scanner, key in
            switch key {
            case "run_id" where run == nil:
                run = scanner.text()
                return run?.isEmpty == false
            case "run_uuid" where alias == nil:
                alias = scanner.text()
                return alias?.isEmpty == false
            default: return scanner.field(key, of: &point)
            }
        }
        guard isWhole, isAtEnd(), let run, alias == nil || alias == run, point.add(to: &columns) else { return nil }
        return MetricBatch(run: run, columns: columns.columns)
    }

    private mutating func point(into columns: inout ColumnCollector) -> Bool {
        var point = PointFields()
        return members { scanner, key in scanner.field(key, of: &point) } && point.add(to: &columns)
    }

    @inline(__always)
    private mutating func field(_ key: FieldName, of point: inout PointFields) -> Bool {
        switch key {
        case "key" where point.key == nil:
            point.key = plainText()
            return point.key?.isEmpty == false
        case "value" where point.value == nil:
            point.value = number()
            return point.value != nil
        case "timestamp" where point.time == nil:
            point.time = whole()
            return point.time != nil
        case "step" where point.step == nil:
            point.step = whole()
            return point.step != nil
        // Clients repeat the run in each point.
        case "run_id": return plainText() != nil
        default: return false
        }
    }

    private mutating func pairs(atMost limit: Int) -> [MetricBatch.Pair]? {
        var pairs: [MetricBatch.Pair] = []
        let isWhole = elements(atMost: limit) { scanner in
            var key: String?
            var value: String?
            let isWhole = scanner.members { scanner, name in
                switch name {
                case "key" where key == nil:
                    key = scanner.text()
                    return key?.isEmpty == false
                case "value" where value == nil:
                    value = scanner.text()
                    return value != nil
                default: return false
                }
            }
            guard isWhole, let key, let value else { return false }
            pairs.append(MetricBatch.Pair(key: key, value: value))
            return true
        }
        return isWhole ? pairs : nil
    }

    // MARK: Collections

    @inline(__always)
    private mutating func members(_ member: (inout BatchScanner, FieldName) -> Bool) -> Bool {
        guard take(UInt8(ascii: "{")) else { return false }
        if take(UInt8(ascii: "}")) { return true }
        while true {
            guard let name = plainText(), take(UInt8(ascii: ":")), member(&self, FieldName(bytes: name)) else {
                return false
            }
            if take(UInt8(ascii: ",")) { continue }
            return take(UInt8(ascii: "}"))
        }
    }

    @inline(__always)
    private mutating func elements(atMost limit: Int, _ element: (inout BatchScanner) -> Bool) -> Bool {
        guard take(UInt8(ascii: "[")) else { return false }
        if take(UInt8(ascii: "]")) { return true }
        var count = 0
        while true {
            count += 1
            guard count <= limit, element(&self) else { return false }
            if take(UInt8(ascii: ",")) { continue }
            return take(UInt8(ascii: "]"))
        }
    }

    private mutating func isAtEnd() -> Bool {
        skipSpace()
        return position == bytes.count
    }

    // MARK: Tokens

    @inline(__always)
    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    @inline(__always)
    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// A text without escapes, without its quotes.
    @inline(__always)
    private mutating func plainText() -> UnsafeRawBufferPointer? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return UnsafeRawBufferPointer(rebasing: bytes[start..<position - 1])
            }
            if byte == UInt8(ascii: "\\") || byte < 0x20 { return nil }
            position += 1
        }
        return nil
    }

    private mutating func text() -> String? {
        plainText().flatMap { String(validating: $0, as: UTF8.self) }
    }

    @inline(__always)
    private mutating func number() -> Double? {
        skipSpace()
        guard position < bytes.count else { return nil }
        guard bytes[position] == UInt8(ascii: "\"") else {
            guard let number = DecimalNumber(bytes, at: &position), number.value.isFinite else { return nil }
            // `-0` is a whole number, which has no sign.
            return number.whole == 0 ? 0 : number.value
        }
        guard let text = plainText() else { return nil }
        switch FieldName(bytes: text) {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        default: return nil
        }
    }

    @inline(__always)
    private mutating func whole() -> Int64? {
        skipSpace()
        return DecimalNumber(bytes, at: &position)?.whole
    }
}

/// The name of a member, compared byte by byte.
struct FieldName {
    let bytes: UnsafeRawBufferPointer

    @inline(__always)
    static func ~= (word: StaticString, name: FieldName) -> Bool {
        name.bytes.count == word.utf8CodeUnitCount
            && name.bytes.elementsEqual(UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }
}

/// What has been read of one point.
private struct PointFields {
    var key: UnsafeRawBufferPointer?
    var value: Double?
    var time: Int64?
    var step: Int64?

    @inline(__always)
    func add(to columns: inout ColumnCollector) -> Bool {
        guard let key, let value, let time, time >= 0 else { return false }
        return columns.add(key, step: step ?? 0, time: time, value: value)
    }
}
