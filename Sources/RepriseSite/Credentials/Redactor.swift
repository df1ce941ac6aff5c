/// Replaces secrets, as they are and in the forms in which they travel, in anything that is written down.
package struct Redactor: Sendable {
    /// What stands where a secret stood.
    package static let mark = "<redacted>"

    /// The forms to look for by their first byte, longest first.
    let formsByFirstByte: [[[UInt8]]]
    let isEmpty: Bool

    package init(_ secrets: [Secret]) {
        var forms: Set<[UInt8]> = []
        for secret in secrets { forms.formUnion(SecretForms.all(of: Array(secret.reveal().utf8))) }
        var table = [[[UInt8]]](repeating: [], count: 256)
        for form in forms where form.count >= Secret.leastBytes { table[Int(form[0])].append(form) }
        for index in table.indices { table[index].sort { $0.count > $1.count } }
        formsByFirstByte = table
        isEmpty = forms.isEmpty
    }

    package func redact(_ text: String) -> String {
        isEmpty ? text : String(decoding: redact(Array(text.utf8)), as: UTF8.self)
    }

    package func redact(_ bytes: [UInt8]) -> [UInt8] {
        if isEmpty { return bytes }
        var stream = RedactionStream(self)
        return stream.feed(bytes) + stream.finish()
    }

    /// A stream that redacts bytes as they come.
    package func stream() -> RedactionStream { RedactionStream(self) }
}

/// Redacts a byte stream in pieces of any size: a secret that two pieces share is found all the same.
///
/// It holds back no more than the beginning of a possible secret.
package struct RedactionStream: Sendable {
    private let redactor: Redactor
    private var held: [UInt8] = []

    init(_ redactor: Redactor) { self.redactor = redactor }

    /// Takes the next piece, and hands out what is certain to be shown.
    package mutating func feed(_ bytes: [UInt8]) -> [UInt8] {
        if redactor.isEmpty { return bytes }
        return process(held + bytes, isLast: false)
    }

    /// Hands out what was held back.
    package mutating func finish() -> [UInt8] { process(held, isLast: true) }

    private mutating func process(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
        var shown: [UInt8] = []
        shown.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            if redactor.formsByFirstByte[Int(bytes[position])].isEmpty {
                shown.append(bytes[position])
                position += 1
                continue
            }
            switch match(at: position, in: bytes, isLast: isLast) {
            case .none:
                shown.append(bytes[position])
                position += 1
            case .secret(let end):
                shown += Redactor.mark.utf8
                position = end
            case .undecided:
                held = Array(bytes[position...])
                return shown
            }
        }
        held = []
        return shown
    }

    private enum Match { case none, secret(end: Int), undecided }

    /// The longest secret that begins here, together with those that overlap it.
    private func match(at start: Int, in bytes: [UInt8], isLast: Bool) -> Match {
        var end = start
        var position = start
        repeat {
            for form in redactor.formsByFirstByte[Int(bytes[position])] {
                let count = min(form.count, bytes.count - position)
                guard bytes[position..<position + count].elementsEqual(form[..<count]) else { continue }
                if count == form.count {
                    end = max(end, position + count)
                } else if !isLast {
                    return .undecided
                }
            }
            position += 1
        } while position < end
        return end > start ? .secret(end: end) : .none
    }
}
