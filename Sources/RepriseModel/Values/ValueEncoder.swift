import OrderedCollections

extension Value: Codable {
    public init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? ValueDecoder else {
            throw DecodingError.typeMismatch(
                Value.self,
                .init(codingPath: decoder.codingPath, debugDescription: "a Value is decoded by `Value.decode` alone")
            )
        }
        self = decoder.value
    }

    public func encode(to encoder: any Encoder) throws {
        guard let encoder = encoder as? ValueEncoder else {
            throw EncodingError.invalidValue(
                self,
                .init(
                    codingPath: encoder.codingPath,
                    debugDescription: "a Value is encoded by `Value(encoding:)` alone"
                )
            )
        }
        encoder.box.value = self
    }

    /// Turns any encodable record into a value, its properties in their order. A nil property leaves no key.
    public init(encoding record: some Encodable) throws {
        let encoder = ValueEncoder(codingPath: [])
        try record.encode(to: encoder)
        self = encoder.box.value
    }

    /// Reads a record back from what `init(encoding:)` made.
    public func decode<Record: Decodable>(_ type: Record.Type = Record.self) throws -> Record {
        try Record(from: ValueDecoder(value: self, codingPath: []))
    }
}

/// A place that a nested container fills in later.
final class ValueBox {
    var value: Value = .null
    private var map: OrderedDictionary<String, ValueBox>?
    private var list: [ValueBox]?

    func becomeMap() { if map == nil { map = [:] } }
    func becomeList() { if list == nil { list = [] } }

    func child(_ key: String) -> ValueBox {
        let box = ValueBox()
        map?[key] = box
        return box
    }

    func appended() -> ValueBox {
        let box = ValueBox()
        list?.append(box)
        return box
    }

    var count: Int { list?.count ?? 0 }

    var settled: Value {
        if let map { return .map(map.mapValues(\.settled)) }
        if let list { return .list(list.map(\.settled)) }
        return value
    }
}

struct ValueEncoder: Encoder {
    let box = SettlingBox()
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(codingPath: [any CodingKey], into inner: ValueBox = ValueBox()) {
        self.codingPath = codingPath
        box.inner = inner
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        box.inner.becomeMap()
        return KeyedEncodingContainer(KeyedValueEncoding(box: box.inner, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        box.inner.becomeList()
        return ListValueEncoding(box: box.inner, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleValueEncoding(box: box.inner, codingPath: codingPath)
    }
}

/// What an encoder hands out: writing sets the value, reading settles what nested containers have filled in.
final class SettlingBox {
    var inner = ValueBox()
    var value: Value {
        get { inner.settled }
        set { inner.value = newValue }
    }
}

private struct KeyedValueEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let box: ValueBox
    let codingPath: [any CodingKey]

    mutating func encodeNil(forKey key: Key) throws { box.child(key.stringValue).value = .null }

    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        // OrderedDictionary writes itself as a list of keys and values in turn; people read this as a map.
        if T.self == Mapping.self, let map = value as? Mapping {
            box.child(key.stringValue).value = .map(map)
            return
        }
        try value.encode(to: ValueEncoder(codingPath: codingPath + [key], into: box.child(key.stringValue)))
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy keyType: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        ValueEncoder(codingPath: codingPath + [key], into: box.child(key.stringValue)).container(keyedBy: keyType)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        ValueEncoder(codingPath: codingPath + [key], into: box.child(key.stringValue)).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        ValueEncoder(codingPath: codingPath, into: box.child("super"))
    }

    mutating func superEncoder(forKey key: Key) -> any Encoder {
        ValueEncoder(codingPath: codingPath + [key], into: box.child(key.stringValue))
    }
}

private struct ListValueEncoding: UnkeyedEncodingContainer {
    let box: ValueBox
    let codingPath: [any CodingKey]
    var count: Int { box.count }

    mutating func encodeNil() throws { box.appended().value = .null }

    mutating func encode<T: Encodable>(_ value: T) throws {
        try value.encode(to: ValueEncoder(codingPath: codingPath, into: box.appended()))
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        ValueEncoder(codingPath: codingPath, into: box.appended()).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        ValueEncoder(codingPath: codingPath, into: box.appended()).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder { ValueEncoder(codingPath: codingPath, into: box.appended()) }
}

private struct SingleValueEncoding: SingleValueEncodingContainer {
    let box: ValueBox
    let codingPath: [any CodingKey]

    mutating func encodeNil() throws { box.value = .null }
    mutating func encode(_ value: Bool) throws { box.value = .bool(value) }
    mutating func encode(_ value: String) throws { box.value = .string(value) }
    mutating func encode(_ value: Double) throws { box.value = .number(value) }
    mutating func encode(_ value: Float) throws { box.value = .number(Double(value)) }
    mutating func encode(_ value: Int) throws { box.value = .integer(Int64(value)) }
    mutating func encode(_ value: Int8) throws { box.value = .integer(Int64(value)) }
    mutating func encode(_ value: Int16) throws { box.value = .integer(Int64(value)) }
    mutating func encode(_ value: Int32) throws { box.value = .integer(Int64(value)) }
    mutating func encode(_ value: Int64) throws { box.value = .integer(value) }
    mutating func encode(_ value: UInt) throws { try encodeWhole(value) }
    mutating func encode(_ value: UInt8) throws { box.value = .integer(Int64(value)) }
    mutating func encode(_ value: UInt16) throws { box.value = .integer(Int64(value)) }
    mutating func encode(_ value: UInt32) throws { box.value = .integer(Int64(value)) }
    mutating func encode(_ value: UInt64) throws { try encodeWhole(value) }

    mutating func encode<T: Encodable>(_ value: T) throws {
        try value.encode(to: ValueEncoder(codingPath: codingPath, into: box))
    }

    private func encodeWhole(_ value: some BinaryInteger) throws {
        guard let whole = Int64(exactly: value) else {
            throw EncodingError.invalidValue(
                value,
                .init(codingPath: codingPath, debugDescription: "\(value) does not fit 64 bits with a sign")
            )
        }
        box.value = .integer(whole)
    }
}
