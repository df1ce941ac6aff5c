import OrderedCollections

extension Value {
    /// The value as JSON text (RFC 8259), keys in their order. Feed it `canonical` for a stable text.
    ///
    /// NaN and the infinities become the strings `"NaN"`, `"Infinity"` and `"-Infinity"`, as the run contract says.
    /// A decimal number always shows a point or an exponent, so that `1.0` stays a number when it is read back.
    public func json(pretty: Bool = false) -> String {
        var writer = JSONWriter(pretty: pretty)
        writer.write(self, depth: 0)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The same as `json`, as UTF-8 bytes.
    public func jsonBytes(pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty)
        writer.write(self, depth: 0)
        return writer.bytes
    }
}

private struct JSONWriter {
    let pretty: Bool
    var bytes: [UInt8] = []

    mutating func write(_ value: Value, depth: Int) {
        switch value {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .integer(let number): bytes += String(number).utf8
        case .number(let number): write(number)
        case .string(let text): write(text)
        case .list(let items):
            write(open: "[", close: "]", count: items.count, depth: depth) { writer, index in
                writer.write(items[index], depth: depth + 1)
            }
        case .map(let map):
            write(open: "{", close: "}", count: map.count, depth: depth) { writer, index in
                let (key, value) = map.elements[index]
                writer.write(key)
                writer.bytes += (writer.pretty ? ": " : ":").utf8
                writer.write(value, depth: depth + 1)
            }
        }
    }

    private mutating func write(
        open: String,
        close: String,
        count: Int,
        depth: Int,
        item: (inout JSONWriter, Int) -> Void
    ) {
        bytes += open.utf8
        for index in 0..<count {
            if index > 0 { bytes += ",".utf8 }
            newline(depth: depth + 1)
            item(&self, index)
        }
        if count > 0 { newline(depth: depth) }
        bytes += close.utf8
    }

    private mutating func newline(depth: Int) {
        guard pretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }

    private mutating func write(_ number: Double) {
        if number.isNaN {
            write("NaN")
        } else if number.isInfinite {
            write(number < 0 ? "-Infinity" : "Infinity")
        } else {
            bytes += "\(number)".utf8
        }
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += #"\""#.utf8
            case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
            case UInt8(ascii: "\n"): bytes += #"\n"#.utf8
            case UInt8(ascii: "\r"): bytes += #"\r"#.utf8
            case UInt8(ascii: "\t"): bytes += #"\t"#.utf8
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                bytes += #"\u00"#.utf8
                bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
