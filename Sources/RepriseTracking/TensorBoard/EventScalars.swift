import RepriseModel

/// Takes the scalars out of `Event` messages (`tensorflow/core/util/event.proto`, `tensorflow/core/framework/summary.proto`).
///
/// A scalar is a `simple_value`, as `torch.utils.tensorboard` and tensorboardX write it, or a tensor of a single number
/// whose plugin is `scalars` or not named, as TensorFlow 2 does. Everything else in an event is passed over.
struct EventScalars {
    private(set) var columns: [MetricColumn] = []
    private let prefix: String
    private var tags: [[UInt8]] = []
    private var places: [[UInt8]: Int] = [:]
    /// Where the next tag most likely belongs: programs log the same tags in turn.
    private var expected = 0

    init(prefix: String) { self.prefix = prefix }

    /// False where the message, or a part of it that may hold a scalar, is damaged.
    mutating func take(_ event: UnsafeRawBufferPointer) -> Bool {
        var step: Int64 = 0
        var time = MetricColumn.unset
        var hasSummary = false
        var reader = WireReader(event)
        while let field = reader.next() {
            switch (field.number, field.content) {
            case (1, .fixed64(let bits)): time = milliseconds(Double(bitPattern: bits))
            case (2, .varint(let bits)): step = Int64(bitPattern: bits)
            case (5, .bytes): hasSummary = true
            default: break
            }
        }
        guard hasSummary, !reader.isDamaged else { return !reader.isDamaged }
        var isWhole = true
        var again = WireReader(event)
        while let field = again.next() {
            guard field.number == 5, case .bytes(let summary) = field.content else { continue }
            isWhole = takeSummary(summary, step: step, time: time) && isWhole
        }
        return isWhole
    }

    private mutating func takeSummary(_ summary: UnsafeRawBufferPointer, step: Int64, time: Int64) -> Bool {
        var isWhole = true
        var reader = WireReader(summary)
        while let field = reader.next() {
            guard field.number == 1, case .bytes(let value) = field.content else { continue }
            isWhole = takeValue(value, step: step, time: time) && isWhole
        }
        return isWhole && !reader.isDamaged
    }

    private mutating func takeValue(_ message: UnsafeRawBufferPointer, step: Int64, time: Int64) -> Bool {
        var tag: UnsafeRawBufferPointer?
        var simple: Double?
        var tensor: UnsafeRawBufferPointer?
        var isForeign = false
        var reader = WireReader(message)
        while let field = reader.next() {
            switch (field.number, field.content) {
            case (1, .bytes(let bytes)): tag = bytes
            case (2, .fixed32(let bits)): simple = Double(Float(bitPattern: bits))
            case (8, .bytes(let bytes)): tensor = bytes
            case (9, .bytes(let metadata)): isForeign = !isScalar(metadata)
            default: break
            }
        }
        if reader.isDamaged { return false }
        guard let value = simple ?? (isForeign ? nil : tensor.flatMap(ScalarTensor.value)) else { return true }
        guard let tag, let place = place(of: tag) else { return false }
        columns[place].points.append(step: step, time: time, value: value)
        return true
    }

    /// Whether a `SummaryMetadata` leaves the plugin open, or names the one for scalars.
    private func isScalar(_ metadata: UnsafeRawBufferPointer) -> Bool {
        var reader = WireReader(metadata)
        while let field = reader.next() {
            guard field.number == 1, case .bytes(let plugin) = field.content else { continue }
            var inner = WireReader(plugin)
            while let field = inner.next() {
                if field.number == 1, case .bytes(let name) = field.content {
                    return name.isEmpty || name.equals("scalars")
                }
            }
        }
        return true
    }

    @inline(__always)
    private mutating func place(of tag: UnsafeRawBufferPointer) -> Int? {
        if expected >= tags.count { expected = 0 }
        if expected < tags.count, tags[expected].withUnsafeBytes({ $0.equals(tag) }) {
            expected += 1
            return expected - 1
        }
        return place(ofTag: Array(tag))
    }

    private mutating func place(ofTag tag: [UInt8]) -> Int? {
        if let place = places[tag] {
            expected = place + 1
            return place
        }
        guard !tag.isEmpty, let key = String(validating: tag, as: UTF8.self) else { return nil }
        places[tag] = columns.count
        columns.append(MetricColumn(key: prefix + key))
        tags.append(tag)
        expected = tags.count
        return tags.count - 1
    }

    /// The time that a batch gives is taken where the event's own makes no sense.
    private func milliseconds(_ seconds: Double) -> Int64 {
        Int64(exactly: (seconds * 1000).rounded()) ?? MetricColumn.unset
    }
}
