import RepriseModel
import RepriseSystem

/// What a command of Apptainer was to do.
enum ApptainerErrand: Hashable, Sendable {
    case look
    case execute(image: String)
    case load(String)
    case pull(RegistryReference)
    case push(RegistryReference)
    case build(recipe: String)

    fileprivate var work: String {
        switch self {
        case .look: "try Apptainer"
        case .execute(let image): "execute something in `\(image)`"
        case .load(let archive): "make a `.sif` of `\(archive)`"
        case .pull(let reference): "fetch `\(reference)`"
        case .push(let reference): "send `\(reference)`"
        case .build(let recipe): "build `\(recipe)`"
        }
    }

    fileprivate var image: String {
        switch self {
        case .look: "apptainer"
        case .execute(let name), .load(let name), .build(let name): name
        case .pull(let reference), .push(let reference): reference.description
        }
    }

    fileprivate var host: String? {
        switch self {
        case .pull(let reference), .push(let reference): reference.host
        default: nil
        }
    }
}

/// Reads what Apptainer prints. It says why it refuses in words alone: its status is 255, whatever the reason.
package enum ApptainerReply {
    /// From `apptainer version`.
    static func version(_ text: String) -> String { String(text.prefix { !$0.isNewline }) }

    /// Whether the engine itself refused, and not what it executed.
    package static func isRefusal(_ result: ProcessResult) -> Bool {
        result.status != 0 && lines(result.errorText).contains { $0.hasPrefix("FATAL") || $0.hasPrefix("ERROR") }
    }

    /// Why the engine refused to begin a container, from all that it said; nil where it began.
    package static func refusal(_ log: String, image: String) -> EngineError? {
        let result = ProcessResult(status: 255, errors: Array(log.utf8))
        return isRefusal(result) ? error(result, command: "apptainer exec", for: .execute(image: image)) : nil
    }

    /// A line of its talk as it is shown to a person; nil for what only it itself needs to know.
    static func progress(_ line: String) -> String? {
        guard let clean = lines(line).first else { return nil }
        // Why it gave up is told with the error.
        let dull = ["Non-gzip squashfs", "To see mksquashfs", "Build complete", "No default remote in use", "FATAL:"]
        if dull.contains(where: { clean.contains($0) }) { return nil }
        guard clean.hasPrefix("INFO") else { return clean }
        return String(clean.drop { $0 != ":" }.dropFirst().drop { $0 == " " })
    }

    /// It could mount the image by no means that this user has.
    package static func cannotMount(_ words: String) -> Bool {
        ["/dev/fuse", "loop device", "squashfuse_ll instance exited", "image driver mount failure"]
            .contains { words.contains($0) } && !isDamaged(words)
    }

    /// It unpacked the whole image to execute something in it.
    static func unpacked(_ words: String) -> Bool { words.contains("temporary sandbox") }

    /// The packer of this machine is too old for what it was asked.
    static func cannotCompress(_ words: String) -> Bool {
        words.contains("unknown flag: --mksquashfs-args") || words.contains("Compressor \"zstd\" is not supported")
    }

    /// Root has less than all capabilities here, and Apptainer insists on all.
    static func lacksCapabilities(_ words: String) -> Bool { words.contains("Requesting capability set") }

    static func error(_ result: ProcessResult, command: String, for errand: ApptainerErrand) -> EngineError {
        let all = result.errorText.isEmpty ? result.text : result.errorText
        let words = lastWords(all)
        func says(_ phrases: String...) -> Bool { phrases.contains { all.contains($0) } }
        if says("no space left on device", "No space left on device", "quota exceeded") {
            return .diskFull(during: errand.work, words: words)
        }
        if says("Failed to create user namespace", "user namespaces are not enabled", "unprivileged_userns") {
            return .noUserNamespaces(.apptainer, words: words)
        }
        if let host = errand.host, let error = registry(host, errand.image, all, words) { return error }
        if case .build(let recipe) = errand {
            return .recipeFailed(recipe, log: "", words: lastLines(all, 10))
        }
        if says("exec format error", "could not run on the host's") {
            let its = all.split(separator: "architecture (").dropFirst().first.map { String($0.prefix { $0 != ")" }) }
            return .wrongArchitecture(errand.image, image: its ?? "other processors", machine: machineArchitecture)
        }
        if says("stat /bin/sh: no such file", "\"/bin/sh\": executable file not found", "/bin/sh: no such file") {
            return .noShell(errand.image)
        }
        if case .load = errand, says("unexpected EOF", "Unexpected EOF") { return .damaged(errand.image, words: words) }
        if isDamaged(all) { return .damaged(errand.image, words: words) }
        if says("could not open image", "no such file or directory") && says(errand.image) {
            return .imageMissing(errand.image, words: words)
        }
        return .refused(command: command, status: result.status, words: words)
    }

    private static func registry(_ host: String, _ image: String, _ all: String, _ words: String) -> EngineError? {
        func says(_ phrases: String...) -> Bool { phrases.contains { all.contains($0) } }
        if says("UNAUTHORIZED", "401 Unauthorized", "DENIED", "403 Forbidden", "authentication required") {
            return .loginMissing(host: host, .apptainer)
        }
        if says("MANIFEST_UNKNOWN", "NAME_UNKNOWN", "NAME_INVALID", "404 Not Found", "manifest unknown") {
            return .imageMissing(image, words: words)
        }
        let unreachable = [
            "connection refused", "no such host", "i/o timeout", "network is unreachable", "no route to host", "x509:",
            "TLS handshake", "server gave HTTP response", "connection reset", "deadline exceeded", "EOF",
            "Temporary failure in name resolution", "server misbehaving",
        ]
        return unreachable.contains { all.contains($0) } ? .unreachable(host: host, words: words) : nil
    }

    private static func isDamaged(_ words: String) -> Bool {
        [
            "not a valid squashfs image", "image format not recognized", "bad superblock",
            "trying to read the squashfs image", "illegal extraction path", "not found in tar",
        ]
        .contains { words.contains($0) }
    }

    /// What it gives as reasons, without its marks and colours; its last lines where it gives none.
    static func lastWords(_ text: String) -> String {
        let reasons = lines(text).filter { $0.hasPrefix("FATAL") || $0.hasPrefix("ERROR") }
        guard !reasons.isEmpty else { return lastLines(text, 5) }
        return reasons.suffix(3)
            .map { line in
                let rest = line.drop { $0 != ":" }.dropFirst()
                return String(rest.drop { $0 == " " })
            }
            .joined(separator: "\n       ")
    }

    private static func lastLines(_ text: String, _ count: Int) -> String {
        lines(text).filter { !$0.hasPrefix("INFO") }.suffix(count).joined(separator: "\n       ")
    }

    /// Lines that say something, without the escape sequences that colour them.
    private static func lines(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline)
            .map { line in
                var clean = ""
                var isEscape = false
                for character in line {
                    if character == "\u{1B}" {
                        isEscape = true
                    } else if isEscape {
                        isEscape = !character.isLetter
                    } else {
                        clean.append(character)
                    }
                }
                return clean
            }
            .filter { !$0.allSatisfy(\.isWhitespace) }
    }
}
