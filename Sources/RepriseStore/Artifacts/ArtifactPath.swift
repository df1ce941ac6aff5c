import RepriseModel

/// Where an artifact lies, as clients of MLflow name it: `<project>/<run>/artifacts/<path>`, or any other path.
///
/// Paths are names in the database, never files, so that none can lead out of the store; what could lead out of the folder
/// that a client writes downloads to is refused all the same.
package struct ArtifactPath: Hashable, Sendable, CustomStringConvertible {
    /// At most so many bytes altogether, and in one name: what file systems take.
    package static let longest = 4096
    package static let longestName = 255

    /// Never empty texts, `.` or `..`.
    package let names: [String]

    package var description: String { names.joined(separator: "/") }
    package var isRoot: Bool { names.isEmpty }
    package var name: String { names.last ?? "" }

    /// Takes a path in which nothing is percent-encoded any more. Doubled slashes and `.` count for nothing; the empty
    /// path is the root.
    package init(_ text: String) throws(ArtifactPathError) {
        if text.utf8.first == UInt8(ascii: "/") { throw ArtifactPathError(text, "it is absolute") }
        if text.utf8.count > Self.longest { throw ArtifactPathError(text, "it has more than \(Self.longest) bytes") }
        var seen = text
        // A client that encodes twice must not get past the check.
        for _ in 0..<4 {
            try Self.check(seen, of: text)
            guard let next = percentDecoded(seen), next != seen else { break }
            seen = next
        }
        names = Self.split(text).filter { $0 != "." }
        if let long = names.first(where: { $0.utf8.count > Self.longestName }) {
            throw ArtifactPathError(text, "the name `\(long.prefix(20))…` has more than \(Self.longestName) bytes")
        }
    }

    private init(names: [String]) { self.names = names }

    /// Where the artifacts of a run begin, whatever project it belongs to.
    package static func root(of run: RunID) -> ArtifactPath {
        ArtifactPath(names: ["runs", run.description, "artifacts"])
    }

    /// The path with another below it.
    package func appending(_ other: ArtifactPath) -> ArtifactPath { ArtifactPath(names: names + other.names) }

    private static func check(_ seen: String, of text: String) throws(ArtifactPathError) {
        if seen.utf8.contains(0) { throw ArtifactPathError(text, "it holds a zero byte") }
        if seen.utf8.contains(UInt8(ascii: "\\")) { throw ArtifactPathError(text, "it holds a backslash") }
        if split(seen).contains("..") { throw ArtifactPathError(text, "`..` leads out of its folder") }
        if seen.utf8.first == UInt8(ascii: "/") { throw ArtifactPathError(text, "it is absolute") }
    }

    /// By scalars: for Swift, a slash before a combining mark is no slash.
    private static func split(_ text: String) -> [String] { text.unicodeScalars.split(separator: "/").map(String.init) }
}

/// A path that no artifact can have.
package struct ArtifactPathError: RepriseError, Hashable {
    package var path: String
    package var reason: String

    init(_ path: String, _ reason: String) {
        self.path = String(path.unicodeScalars.prefix(200).map { $0.value < 32 ? " " : Character($0) })
        self.reason = reason
    }

    package var what: String { "no artifact can lie at `\(path)`" }
    package var why: String? { reason }
    package var fix: String? { "name it by a relative path such as `model/weights.bin`" }
    package var code: String { "artifact-path" }
    package var fault: Fault { .usage }
}

/// The text with every `%xx` turned into its byte; nil where the bytes are then no UTF-8. A `%` that stands for itself stays.
private func percentDecoded(_ text: some StringProtocol) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%"), rest.count >= 2, let octet = octet(rest.prefix(2)) {
            bytes.append(octet)
            rest = rest.dropFirst(2)
        } else {
            bytes.append(byte)
        }
    }
    return String(validating: bytes, as: UTF8.self)
}

private func octet(_ digits: ArraySlice<UInt8>) -> UInt8? {
    var value: UInt8 = 0
    for digit in digits {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | (digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | (digit - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | (digit - UInt8(ascii: "A") + 10)
        default: return nil
        }
    }
    return value
}
