/// What `curl --config -` is told on its standard input, so that no secret stands on a command line or on disk.
struct CurlConfiguration {
    /// Stands before each reply's status in what curl prints, and in no reply.
    let boundary: String

    func text(of calls: [HTTPCall]) -> String {
        var lines = ["silent", "show-error", "fail-early"]
        for (index, call) in calls.enumerated() {
            if index > 0 { lines.append("next") }
            lines += settings(of: call)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func settings(of call: HTTPCall) -> [String] {
        let seconds = max(1, call.limit.components.seconds)
        var lines = [
            setting("url", call.url),
            "globoff", "path-as-is",
            setting("proto", "=http,https"),
            setting("connect-timeout", "5"),
            setting("header", "Accept: \(call.accept)"),
            // curl would wait a second for the leave to go on that few servers give.
            setting("header", "Expect:"),
            setting("write-out", "\n\(boundary) %{http_code}\n"),
        ]
        if call.wantsFields { lines += ["include", "suppress-connect-headers"] }
        switch call.body {
        case .none: lines += [setting("request", call.method.rawValue), setting("max-time", String(seconds))]
        case .json(let text):
            lines += [
                setting("request", call.method.rawValue), setting("header", "Content-Type: application/json"),
                setting("data-raw", text), setting("max-time", String(seconds)),
            ]
        case .form(let text):
            lines += [
                setting("request", call.method.rawValue), setting("data-raw", text),
                setting("max-time", String(seconds)),
            ]
        case .file(let path):
            lines += [
                setting("upload-file", path), setting("header", "Content-Type: application/octet-stream"),
                setting("speed-limit", "1"), setting("speed-time", String(seconds)),
            ]
        }
        switch call.login {
        case .none: lines.append("netrc-optional")
        case .bearer(let token): lines.append(setting("header", "Authorization: Bearer \(token)"))
        case .basic(let user, let password): lines.append(setting("user", "\(user):\(password)"))
        }
        return lines
    }

    private func setting(_ name: String, _ value: String) -> String {
        var quoted = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": quoted += "\\\\"
            case "\"": quoted += "\\\""
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return "\(name) = \"\(quoted)\""
    }

    /// Takes apart what curl printed: bodies, each followed by the boundary and its status. Those in `withFields` begin
    /// with their header fields.
    func outcomes(
        of output: [UInt8],
        status: Int,
        errors: String,
        count: Int,
        withFields: Set<Int> = []
    ) -> [HTTPOutcome] {
        let mark = Array("\n\(boundary) ".utf8)
        var outcomes: [HTTPOutcome] = []
        var rest = output[...]
        while outcomes.count < count, let range = firstRange(of: mark, in: rest) {
            let line = rest[range.upperBound...].prefix { $0 != UInt8(ascii: "\n") }
            let code = Int(String(decoding: line, as: UTF8.self)) ?? 0
            let text = rest[..<range.lowerBound]
            let (fields, body) = withFields.contains(outcomes.count) ? Self.fields(of: text) : ([:], text)
            outcomes.append(.reply(HTTPReply(status: code, body: Array(body), fields: fields)))
            rest = rest[min(line.endIndex + 1, rest.endIndex)...]
        }
        let reason = silence(status: status, errors: errors)
        // With `fail-early` the failure belongs to the last one that was tried.
        if status != 0, !outcomes.isEmpty { outcomes[outcomes.count - 1] = .silence(reason) }
        outcomes += Array(repeating: .silence(reason), count: count - outcomes.count)
        return outcomes
    }

    private static func fields(of text: ArraySlice<UInt8>) -> (fields: [String: String], body: ArraySlice<UInt8>) {
        guard let end = firstRange(of: Array("\r\n\r\n".utf8), in: text) else { return ([:], text) }
        let lines = String(decoding: text[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let rest = text[end.upperBound...]
        // `HTTP/1.1 100 Continue` stands before the reply proper.
        if lines.first?.split(separator: " ").dropFirst().first?.hasPrefix("1") == true { return fields(of: rest) }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            fields[line[..<colon].lowercased()] = String(value)
        }
        return (fields, rest)
    }

    private func silence(status: Int, errors: String) -> String {
        guard let line = errors.split(separator: "\n").last(where: { $0.hasPrefix("curl: ") }) else {
            return "curl ended with status \(status)"
        }
        // `curl: (7) Failed to connect …`
        let words = line.dropFirst(6).drop { $0 != " " }.dropFirst()
        return String(words.prefix(300))
    }
}

private func firstRange(of mark: [UInt8], in bytes: ArraySlice<UInt8>) -> Range<Int>? {
    guard let first = mark.first, bytes.count >= mark.count else { return nil }
    var start = bytes.startIndex
    while let found = bytes[start...].firstIndex(of: first), found + mark.count <= bytes.endIndex {
        if bytes[found..<found + mark.count].elementsEqual(mark) { return found..<found + mark.count }
        start = found + 1
    }
    return nil
}
