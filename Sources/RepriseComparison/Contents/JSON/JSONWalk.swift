import RepriseModel

/// Walks two JSON values side by side. The order of keys does not count; where it is the same nothing is built.
struct JSONWalk {
    private enum Piece {
        case key(String)
        case index(Int)
    }

    private var left: JSONScanner
    private var right: JSONScanner
    private(set) var meter: NumberMeter
    private var path: [Piece] = []

    init(left: JSONScanner, right: JSONScanner, meter: NumberMeter) {
        self.left = left
        self.right = right
        self.meter = meter
    }

    /// Compares one value on either side, and that nothing follows.
    mutating func document() throws(WalkEnd) {
        try value(depth: 0)
        guard left.peek() == nil else { throw left.malformed("something follows the document") }
        guard right.peek() == nil else { throw right.malformed("something follows the document") }
    }

    private var place: String {
        path.reduce(into: "$") { text, piece in
            switch piece {
            case .index(let index): text += "[\(index)]"
            case .key(let key):
                let isPlain =
                    !key.isEmpty && key.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == 0x5F || $0 == 0x2D }
                text += isPlain ? ".\(key)" : "[\(Value.string(key).json())]"
            }
        }
    }

    private func differs(_ left: String, _ right: String) -> WalkEnd {
        .differs(Spot(place: place, left: left, right: right))
    }

    private mutating func value(depth: Int) throws(WalkEnd) {
        guard depth <= JSONScanner.depthLimit else {
            throw left.malformed("nested more than \(JSONScanner.depthLimit) deep")
        }
        switch (left.peek(), right.peek()) {
        case (UInt8(ascii: "{"), UInt8(ascii: "{")): try map(depth: depth)
        case (UInt8(ascii: "["), UInt8(ascii: "[")): try list(depth: depth)
        case (UInt8(ascii: "\""), UInt8(ascii: "\"")): try text()
        case (let one?, let other?) where one.opensText || other.opensText: try kinds(depth: depth)
        default: try scalar()
        }
    }

    /// Two values of different kinds, at least one of them more than a number or a word.
    private mutating func kinds(depth: Int) throws(WalkEnd) {
        let (leftStart, rightStart) = (left.position, right.position)
        try left.skipValue(depth: depth)
        try right.skipValue(depth: depth)
        throw differs(
            excerpt(left.bytes[leftStart..<left.position]),
            excerpt(right.bytes[rightStart..<right.position])
        )
    }

    private mutating func text() throws(WalkEnd) {
        let (one, other) = (try left.string(), try right.string())
        if left.bytes[one] == right.bytes[other] { return }
        guard let meaning = left.decoded(one), meaning == right.decoded(other) else {
            throw differs("\"\(excerpt(left.bytes[one]))\"", "\"\(excerpt(right.bytes[other]))\"")
        }
    }

    private mutating func scalar() throws(WalkEnd) {
        let (one, other) = (try left.scalar(), try right.scalar())
        let (leftBytes, rightBytes) = (left.bytes[one], right.bytes[other])
        if leftBytes == rightBytes {
            guard isScalar(leftBytes) else { throw left.malformed("expected a value") }
            return
        }
        guard let leftNumber = Number(text: leftBytes), let rightNumber = Number(text: rightBytes) else {
            guard isScalar(leftBytes) else { throw left.malformed("expected a value") }
            guard isScalar(rightBytes) else { throw right.malformed("expected a value") }
            throw differs(excerpt(leftBytes), excerpt(rightBytes))
        }
        if !meter.forgives(leftNumber, rightNumber) { throw .differs(meter.spot(place, leftNumber, rightNumber)) }
    }

    private func isScalar(_ bytes: ArraySlice<UInt8>) -> Bool {
        ["true", "false", "null"].contains { bytes.elementsEqual($0.utf8) } || Number(text: bytes) != nil
    }

    private mutating func list(depth: Int) throws(WalkEnd) {
        let close = UInt8(ascii: "]")
        let (leftEnds, rightEnds) = (left.opensEmpty(close), right.opensEmpty(close))
        var ends = (leftEnds, rightEnds)
        var count = 0
        while !ends.0, !ends.1 {
            path.append(.index(count))
            try value(depth: depth + 1)
            path.removeLast()
            count += 1
            ends = (try left.endsCollection(close), try right.endsCollection(close))
        }
        guard ends.0 == ends.1 else {
            let more = (try Self.rest(&left, ends.0, depth: depth), try Self.rest(&right, ends.1, depth: depth))
            throw differs("\(count + more.0) items", "\(count + more.1) items")
        }
    }

    /// How many items are left in a list.
    private static func rest(_ scanner: inout JSONScanner, _ isEnded: Bool, depth: Int) throws(WalkEnd) -> Int {
        var (isEnded, count) = (isEnded, 0)
        while !isEnded {
            try scanner.skipValue(depth: depth + 1)
            count += 1
            isEnded = try scanner.endsCollection(UInt8(ascii: "]"))
        }
        return count
    }

    /// Goes on side by side while the keys are the same, and sorts out what is left where they are not.
    private mutating func map(depth: Int) throws(WalkEnd) {
        let close = UInt8(ascii: "}")
        let (leftEnds, rightEnds) = (left.opensEmpty(close), right.opensEmpty(close))
        var ends = (leftEnds, rightEnds)
        while !ends.0, !ends.1 {
            let start = (left.position, right.position)
            let (one, other) = (try left.key(), try right.key())
            guard left.bytes[one] == right.bytes[other] else {
                (left.position, right.position) = start
                break
            }
            path.append(.key(String(decoding: left.bytes[one], as: UTF8.self)))
            try value(depth: depth + 1)
            path.removeLast()
            ends = (try left.endsCollection(close), try right.endsCollection(close))
        }
        if !ends.0 || !ends.1 { try unordered(ends, depth: depth) }
    }

    private mutating func unordered(_ ends: (Bool, Bool), depth: Int) throws(WalkEnd) {
        let (one, other) = (
            try Self.entries(&left, ends.0, depth: depth), try Self.entries(&right, ends.1, depth: depth)
        )
        let after = (left.position, right.position)
        let otherStarts = Dictionary(other.map { ($0.key, $0.start) }, uniquingKeysWith: { _, last in last })
        var seen: Set<String> = []
        for entry in one {
            path.append(.key(entry.key))
            guard let start = otherStarts[entry.key] else { throw differs("present", "absent") }
            (left.position, right.position) = (entry.start, start)
            try value(depth: depth + 1)
            seen.insert(entry.key)
            path.removeLast()
        }
        if let extra = other.first(where: { !seen.contains($0.key) }) {
            path.append(.key(extra.key))
            throw differs("absent", "present")
        }
        (left.position, right.position) = after
    }

    /// The entries that are left in a map, each with the place of its value.
    private static func entries(
        _ scanner: inout JSONScanner,
        _ isEnded: Bool,
        depth: Int
    ) throws(WalkEnd) -> [(key: String, start: Int)] {
        var (isEnded, entries) = (isEnded, [(key: String, start: Int)]())
        while !isEnded {
            let range = try scanner.key()
            guard let key = scanner.decoded(range) else { throw scanner.malformed("a key is not UTF-8") }
            entries.append((key, scanner.position))
            try scanner.skipValue(depth: depth + 1)
            isEnded = try scanner.endsCollection(UInt8(ascii: "}"))
        }
        return entries
    }
}

extension UInt8 {
    fileprivate var opensText: Bool {
        self == UInt8(ascii: "{") || self == UInt8(ascii: "[") || self == UInt8(ascii: "\"")
    }
}
