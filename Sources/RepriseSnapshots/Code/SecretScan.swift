import RepriseSystem

/// Why a file should not be in a snapshot of code.
package enum CodeFinding: Hashable, Sendable {
    case large(Int64)
    case secretName
    case privateKey
    case token(String)

    /// For messages.
    var text: String {
        switch self {
        case .large: "too large for code"
        case .secretName: "a file of that name holds secrets"
        case .privateKey: "holds a private key"
        case .token(let kind): "holds what looks like \(kind)"
        }
    }
}

/// Whether files of that name hold credentials by custom.
func isSecretName(_ path: PathBytes) -> Bool {
    guard let text = String(validating: path, as: UTF8.self) else { return false }
    let parts = text.split(separator: "/")
    guard let name = parts.last?.lowercased() else { return false }
    let harmless = [".example", ".sample", ".template", ".dist"]
    if name == ".env" || name.hasPrefix(".env.") { return !harmless.contains { name.hasSuffix($0) } }
    if parts.count > 1 {
        let tail = parts.suffix(2).joined(separator: "/").lowercased()
        if [".aws/credentials", ".kube/config", ".ssh/config"].contains(tail) { return tail != ".ssh/config" }
    }
    return secretNames.contains(name) || name.hasSuffix(".p12") || name.hasSuffix(".pfx")
}

private let secretNames: Set<String> = [
    "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".netrc", "_netrc", ".pypirc", "credentials.json", "kubeconfig",
    ".git-credentials",
]

/// What a small text file gives away; nil for a binary one.
///
/// One pass: only the few bytes that can begin a token are looked at more closely, and a token must have the length and
/// the alphabet that its issuer gives it, so that words of prose and code that only names a prefix pass.
func secret(in bytes: [UInt8]) -> CodeFinding? {
    bytes.withUnsafeBufferPointer { text in
        if text.prefix(4096).contains(0) { return nil }
        var position = 0
        while position + 8 < text.count {
            switch text[position] {
            case UInt8(ascii: "-") where text[position + 1] == UInt8(ascii: "-"):
                if isPrivateKey(text, position) { return .privateKey }
            case UInt8(ascii: "A") where text[position + 1] == UInt8(ascii: "K"):
                if isToken(text, position, "AKIA", 16...16, .upper) { return .token("an AWS access key") }
            case UInt8(ascii: "g"):
                if let finding = gitToken(text, position) { return finding }
            case UInt8(ascii: "x") where text[position + 1] == UInt8(ascii: "o"):
                for prefix in ["xoxb-", "xoxa-", "xoxp-"] as [StaticString]
                where isToken(text, position, prefix, 20...200, .dashed) {
                    return .token("a Slack token")
                }
            case UInt8(ascii: "s") where text[position + 1] == UInt8(ascii: "k"):
                if isToken(text, position, "sk-", 32...300, .mixed) { return .token("an API key") }
            default: break
            }
            position += 1
        }
        return nil
    }
}

private func gitToken(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> CodeFinding? {
    switch text[position + 1] {
    case UInt8(ascii: "h"):
        for prefix in ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"] as [StaticString]
        where isToken(text, position, prefix, 36...36, .word) {
            return .token("a GitHub token")
        }
    case UInt8(ascii: "i"):
        if isToken(text, position, "github_pat_", 50...120, .word) { return .token("a GitHub token") }
    case UInt8(ascii: "l"):
        if isToken(text, position, "glpat-", 20...80, .dashed) { return .token("a GitLab token") }
    default: break
    }
    return nil
}

private enum TokenAlphabet { case upper, word, dashed, mixed }

private func isToken(
    _ text: UnsafeBufferPointer<UInt8>,
    _ position: Int,
    _ prefix: StaticString,
    _ length: ClosedRange<Int>,
    _ alphabet: TokenAlphabet
) -> Bool {
    guard starts(text, position, prefix) else { return false }
    if position > 0, isWord(text[position - 1]) { return false }
    let start = position + prefix.utf8CodeUnitCount
    var end = start
    var kinds: Set<Int> = []
    while end < text.count, end - start <= length.upperBound {
        let byte = text[end]
        guard isWord(byte) || (alphabet != .word && alphabet != .upper && byte == UInt8(ascii: "-")) else { break }
        if alphabet == .upper, byte >= UInt8(ascii: "a") { return false }
        kinds.insert(byte <= UInt8(ascii: "9") ? 0 : byte <= UInt8(ascii: "Z") ? 1 : 2)
        end += 1
    }
    guard length.contains(end - start) else { return false }
    if alphabet == .upper, starts(text, end - 7, "EXAMPLE") { return false }
    return alphabet == .mixed ? kinds.count == 3 : kinds.contains(0) || alphabet == .upper
}

private func isPrivateKey(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
    guard starts(text, position, "-----BEGIN ") else { return false }
    var place = position + 11
    while place < min(text.count, position + 50), !starts(text, place, "PRIVATE KEY") { place += 1 }
    guard starts(text, place, "PRIVATE KEY") else { return false }
    while place < text.count, text[place] != UInt8(ascii: "\n"), text[place] != UInt8(ascii: "\\") { place += 1 }
    // A line end, as a byte or spelt out in a text, and then the key itself.
    while place < text.count, isSpaceOrEscape(text, place) { place += 1 }
    if starts(text, place, "Proc-Type") { return true }
    var length = 0
    while place + length < text.count, length < 32, isBase64(text[place + length]) { length += 1 }
    return length >= 32
}

private func isSpaceOrEscape(_ text: UnsafeBufferPointer<UInt8>, _ place: Int) -> Bool {
    let byte = text[place]
    if byte <= UInt8(ascii: " ") || byte == UInt8(ascii: "\\") { return true }
    return place > 0 && text[place - 1] == UInt8(ascii: "\\")
        && (byte == UInt8(ascii: "n") || byte == UInt8(ascii: "r"))
}

private func starts(_ text: UnsafeBufferPointer<UInt8>, _ position: Int, _ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard position >= 0, position + count <= text.count else { return false }
    for index in 0..<count where text[position + index] != word.utf8Start[index] { return false }
    return true
}

private func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
        true
    default: false
    }
}

private func isBase64(_ byte: UInt8) -> Bool {
    (isWord(byte) && byte != UInt8(ascii: "_")) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
        || byte == UInt8(ascii: "=")
}
