import Foundation
import RepriseModel
import RepriseTestKit
import Testing

@testable import RepriseTrackers

/// Reads back what event files hold, by the rules of protocol buffers alone.
enum EventFileReading {
    static func run(in file: [UInt8]) throws -> ReceivedRuns.Run {
        var run = ReceivedRuns.Run()
        var rest = file[...]
        var versions = 0
        while !rest.isEmpty {
            let length = Int(number(rest.prefix(8)))
            let data = Array(rest.dropFirst(12).prefix(length))
            #expect(Array(rest.prefix(16 + length)) == eventRecord(data), "a record's checksum is wrong")
            rest = rest.dropFirst(16 + length)
            let event = ProtobufFields(data)
            if event.text(3) != nil { versions += 1 }
            for summary in event.messages(5) {
                for value in summary.messages(1) { try read(value, of: event, into: &run) }
            }
        }
        #expect(versions == 1)
        return run
    }

    private static func read(_ value: ProtobufFields, of event: ProtobufFields, into run: inout ReceivedRuns.Run) throws
    {
        let tag = try #require(value.text(1))
        if let scalar = value.float(2) {
            let time = try #require(event.double(1))
            run.add(key: tag, step: event.integer(2) ?? 0, time: Int64((time * 1000).rounded()), value: Double(scalar))
            return
        }
        let plugin = try #require(value.messages(9).first?.messages(1).first)
        #expect(plugin.text(1) == "hparams")
        let content = try #require(plugin.messages(2).first)
        for start in content.messages(3) {
            for entry in start.messages(1) {
                let kept = try #require(entry.messages(2).first)
                let text =
                    kept.text(3) ?? kept.double(2).map { Value.number($0).text }
                    ?? (kept.integer(4) == 1 ? "true" : "false")
                run.parameters[try #require(entry.text(1)), default: []].append(text)
            }
        }
        for end in content.messages(4) { run.state = end.integer(1) == 1 ? "finished" : "failed" }
    }

    static func number(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var number: UInt64 = 0
        for (index, byte) in bytes.enumerated() { number |= UInt64(byte) << UInt64(8 * index) }
        return number
    }
}

/// The fields of one protocol buffer message.
struct ProtobufFields {
    private var fields: [(number: UInt64, bytes: [UInt8])] = []

    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        func varint() -> UInt64 {
            var number: UInt64 = 0
            var shift: UInt64 = 0
            while let byte = rest.popFirst() {
                number |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { break }
                shift += 7
            }
            return number
        }
        while !rest.isEmpty {
            let key = varint()
            var content: [UInt8]
            switch key & 7 {
            case 0: content = withUnsafeBytes(of: varint().littleEndian) { Array($0) }
            case 1:
                content = Array(rest.prefix(8))
                rest = rest.dropFirst(8)
            case 5:
                content = Array(rest.prefix(4))
                rest = rest.dropFirst(4)
            default:
                let count = Int(varint())
                content = Array(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            fields.append((key >> 3, content))
        }
    }

    private func bytes(_ number: UInt64) -> [UInt8]? { fields.first { $0.number == number }?.bytes }

    func text(_ number: UInt64) -> String? { bytes(number).map { String(decoding: $0, as: UTF8.self) } }
    func integer(_ number: UInt64) -> Int64? { bytes(number).map { Int64(bitPattern: EventFileReading.number($0)) } }
    func double(_ number: UInt64) -> Double? {
        bytes(number).map { Double(bitPattern: EventFileReading.number($0)) }
    }
    func float(_ number: UInt64) -> Float? {
        bytes(number).map { Float(bitPattern: UInt32(truncatingIfNeeded: EventFileReading.number($0))) }
    }
    func messages(_ number: UInt64) -> [ProtobufFields] {
        fields.filter { $0.number == number }.map { ProtobufFields($0.bytes) }
    }
}
