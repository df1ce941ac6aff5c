import RepriseModel
import RepriseSystem

/// One request to the service of objects.
struct S3Call: Hashable, Sendable {
    enum Method: String, Hashable, Sendable { case get = "GET", put = "PUT", delete = "DELETE" }
    enum Body: Hashable, Sendable {
        case none
        case text(String)
        /// The content of the file of that path.
        case file(String)
    }

    var method: Method
    /// Signed.
    var url: String
    var body: Body = .none
    /// Where the object goes that is fetched; nil for a reply that is wanted as text.
    var output: String?
}

struct S3Outcome: Hashable, Sendable {
    /// 0 where no reply came.
    var status: Int
    /// The reply, unless it went to a file; without one, why.
    var text: String

    var isSuccess: Bool { (200..<300).contains(status) }

    /// What went wrong, in the service's words.
    var words: String {
        if status == 0 { return text }
        guard let error = S3Reply.error(text) else { return "HTTP \(status)" }
        return error.message.isEmpty ? error.code : "\(error.code): \(error.message)"
    }
}

/// Sends requests through `curl`, several at once by one program. Addresses, which are as good as a login, stand neither in
/// arguments nor on disk.
struct S3Transfers: Sendable {
    let processes: any ProcessRunner
    let files: any FileSystem
    let entropy: any Entropy
    /// Where replies lie for a moment.
    let folder: String

    /// Throws what goes wrong on this machine; what the service refuses is an outcome.
    func send(_ calls: [S3Call], retries: Int = 3) async throws -> [S3Outcome] {
        guard !calls.isEmpty else { return [] }
        let draft = folder + "/" + withUnsafeBytes(of: entropy.next()) { hexadecimal($0) }
        try files.makeFolder(draft)
        defer { try? files.remove(draft) }
        let text = Self.configuration(calls, draft: draft, retries: retries)
        let invocation = Invocation("curl", ["--disable", "--config", "-"], input: Array(text.utf8))
        do {
            let result = try await processes.run(invocation)
            return try calls.indices.map { try outcome(of: calls[$0], $0, result, draft) }
        } catch is ProgramMissing {
            throw AWSError.missing(program: "curl")
        }
    }

    private func outcome(
        of call: S3Call,
        _ index: Int,
        _ result: ProcessResult,
        _ draft: String
    ) throws(FileError)
        -> S3Outcome
    {
        let path = "\(draft)/\(index)"
        let status = Self.statuses(result.text)[index] ?? 0
        if let output = call.output, status == 200 {
            try files.rename(path, to: output)
            return S3Outcome(status: status, text: "")
        }
        if status == 0 {
            let line = result.errorText.split(separator: "\n").last { $0.hasPrefix("curl: ") }
            return S3Outcome(status: 0, text: line.map(String.init) ?? "curl ended with status \(result.status)")
        }
        let bytes = (try? files.read(path, limit: 16 << 20)) ?? []
        return S3Outcome(status: status, text: String(decoding: bytes, as: UTF8.self))
    }

    static func configuration(_ calls: [S3Call], draft: String, retries: Int) -> String {
        var lines = ["silent", "show-error", "parallel", setting("parallel-max", "8")]
        for (index, call) in calls.enumerated() {
            if index > 0 { lines.append("next") }
            lines += [
                setting("url", call.url), "globoff", "path-as-is", setting("proto", "=http,https"),
                setting("connect-timeout", "10"), setting("speed-limit", "1"), setting("speed-time", "60"),
                setting("retry", String(retries)), setting("header", "Expect:"),
                setting("output", "\(draft)/\(index)"), setting("write-out", "\(index) %{http_code}\\n"),
            ]
            switch call.body {
            case .none: lines.append(setting("request", call.method.rawValue))
            case .text(let text):
                lines += [
                    setting("request", call.method.rawValue), setting("header", "Content-Type: text/plain"),
                    setting("data-raw", text),
                ]
            case .file(let path): lines.append(setting("upload-file", path))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    static func statuses(_ text: String) -> [Int: Int] {
        var statuses: [Int: Int] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, let index = Int(words[0]) { statuses[index] = Int(words[1]) }
        }
        return statuses
    }

    private static func setting(_ name: String, _ value: String) -> String {
        var quoted = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\" where name != "write-out": quoted += "\\\\"
            case "\"": quoted += "\\\""
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return "\(name) = \"\(quoted)\""
    }
}
