import OrderedCollections
import RepriseModel

/// Reads the Python literal in the header of a NumPy array: maps, tuples, lists, texts, whole numbers, `True`, `False`
/// and `None`. Tuples become lists; nil where it is anything else or nested more than 16 deep.
struct PythonLiteral {
    private let bytes: [UInt8]
    private var position = 0

    private init(bytes: [UInt8]) { self.bytes = bytes }

    static func value(of bytes: some Sequence<UInt8>) -> Value? {
        var reader = PythonLiteral(bytes: Array(bytes))
        let value = reader.value(depth: 0)
        return reader.peek() == nil ? value : nil
    }

    private mutating func peek() -> UInt8? {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D else { return byte }
            position += 1
        }
        return nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) -> Value? {
        guard depth <= 16, let first = peek() else { return nil }
        switch first {
        case UInt8(ascii: "{"): return map(depth: depth)
        case UInt8(ascii: "("): return list(until: UInt8(ascii: ")"), depth: depth)
        case UInt8(ascii: "["): return list(until: UInt8(ascii: "]"), depth: depth)
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return text(quote: first).map(Value.string)
        default: return word()
        }
    }

    private mutating func map(depth: Int) -> Value? {
        position += 1
        var map: Mapping = [:]
        while !take(UInt8(ascii: "}")) {
            guard case .string(let key)? = value(depth: depth + 1), take(UInt8(ascii: ":")),
                let entry = value(depth: depth + 1)
            else { return nil }
            map[key] = entry
            guard take(UInt8(ascii: ",")) || peek() == UInt8(ascii: "}") else { return nil }
        }
        return .map(map)
    }

    private mutating func list(until close: UInt8, depth: Int) -> Value? {
        position += 1
        var items: [Value] = []
        while !take(close) {
            guard let item = value(depth: depth + 1) else { return nil }
            items.append(item)
            guard take(UInt8(ascii: ",")) || peek() == close else { return nil }
        }
        return .list(items)
    }

    private mutating func text(quote: UInt8) -> String? {
        let start = position + 1
        guard let end = bytes[start...].firstIndex(of: quote), !bytes[start..<end].contains(UInt8(ascii: "\\")) else {
            return nil
        }
        position = end + 1
        return String(validating: bytes[start..<end], as: UTF8.self)
    }

    private mutating func word() -> Value? {
        let start = position
        while position < bytes.count, bytes[position].isLetter || bytes[position].isDigit || bytes[position] == 0x2D {
            position += 1
        }
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        switch word {
        case "True": return .bool(true)
        case "False": return .bool(false)
        case "None": return .null
        // Python 2 wrote an `L` behind long numbers.
        default: return Int64(word.hasSuffix("L") ? String(word.dropLast()) : word).map(Value.integer)
        }
    }
}
