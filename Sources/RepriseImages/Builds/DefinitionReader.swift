import RepriseModel

/// Reads an Apptainer definition for its bases and for what it copies.
///
/// What stands as `{{ name }}` is put in here already, since Apptainer refuses an argument that a pinned base no longer
/// needs.
struct DefinitionReader {
    private let file: String
    private var reading = RecipeReading()
    private var header: [(key: String, value: String)] = []
    /// The lines of the header, as they will follow the pinned base.
    private var headerText = ""
    private var section = ""
    /// What follows the section's name on its line.
    private var sectionWords: [Substring] = []
    private var isInHeader = true
    private var stages: [String] = []

    /// `file` is its name in messages. Throws `Mistake` where a base has no fixed name.
    static func read(_ text: String, file: String, arguments: [String: String] = [:]) throws -> RecipeReading {
        var reader = DefinitionReader(file: file)
        let text = try reader.filled(text, arguments: arguments)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        for line in lines { try reader.read(line) }
        try reader.endHeader()
        return reader.reading
    }

    private init(file: String) { self.file = file }

    private mutating func read(_ line: Substring) throws {
        if line.lowercased().hasPrefix("bootstrap:"), !isInHeader { isInHeader = true }
        if isInHeader, line.first != "%" { return readHeader(line) }
        try endHeader()
        reading.add(text: line + "\n")
        if line.first == "%" {
            let words = line.dropFirst().split(whereSeparator: \.isWhitespace)
            (section, sectionWords) = (words.first?.lowercased() ?? "", Array(words.dropFirst()))
            // Runs on the machine itself and may read whatever it likes.
            if section == "setup" { reading.sources = .everything }
            // As in a Dockerfile; another interpreter than a shell would not understand it.
            if section == "post", sectionWords.isEmpty {
                reading.add(text: "export SOURCE_DATE_EPOCH=\(RecipeReading.sourceDate)\n")
            }
        } else if section == "files" || section == "appfiles" {
            readFile(trimmed(line))
        }
    }

    private mutating func readHeader(_ line: Substring) {
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let text = trimmed(line)
        guard parts.count == 2, text.first != "#" else { return headerText += line + "\n" }
        let key = trimmed(parts[0]).lowercased()
        var value = trimmed(parts[1])
        if let comment = value.range(of: " #") { value = trimmed(value[..<comment.lowerBound]) }
        header.append((key, String(value)))
        if !["bootstrap", "from", "registry", "namespace", "stage"].contains(key) { headerText += line + "\n" }
    }

    /// A source and, where it goes elsewhere, a target; nothing where they come from another stage.
    private mutating func readFile(_ line: Substring) {
        guard !line.isEmpty, line.first != "#", sectionWords.first?.lowercased() != "from" else { return }
        guard let source = line.split(whereSeparator: \.isWhitespace).first else { return }
        reading.sources.add(source.first == "/" ? ".." : String(source))
        if source.first == "/" {
            reading.notes.append("`\(file)` copies `\(source)` of this machine: it is no part of the recipe's digest")
        }
    }

    private mutating func endHeader() throws {
        guard isInHeader else { return }
        isInHeader = false
        defer { (header, headerText) = ([], "") }
        guard let agent = value("bootstrap") else { throw noBootstrap }
        if let stage = value("stage") { stages.append(stage) }
        if let base = try base(agent.lowercased()) {
            reading.add(base: base)
        } else {
            reading.add(text: "Bootstrap: \(agent)\n" + (value("from").map { "From: \($0)\n" } ?? ""))
        }
        reading.add(text: (value("stage").map { "Stage: \($0)\n" } ?? "") + headerText)
    }

    private func value(_ key: String) -> String? { header.last { $0.key == key }?.value }

    /// The base as a person refers to it elsewhere; nil where the recipe begins from nothing or from packages.
    private mutating func base(_ agent: String) throws -> String? {
        let from = value("from") ?? ""
        switch agent {
        case "scratch": return nil
        case "arch", "busybox", "debootstrap", "dnf", "yum", "zypper":
            reading.notes.append("`\(file)` begins with the packages that `\(agent)` finds: they cannot be pinned")
            return nil
        case "localimage", "docker", "oras", "docker-archive", "oci-archive", "oci":
            guard !from.isEmpty, !from.contains("{{") else { throw noBase(from) }
            if agent == "localimage" { return from }
            guard agent == "docker" || agent == "oras" else { return "\(agent):\(from)" }
            let place = [value("registry"), value("namespace")].compactMap { $0 }.filter { !$0.isEmpty }
            return "\(agent)://" + (place + [from]).joined(separator: "/")
        default:
            throw Mistake(
                "the base of `\(file)` cannot be pinned: `Bootstrap: \(agent)`",
                why: "images can be pinned that come by docker, oras, localimage, docker-archive, oci-archive or oci",
                fix: "fetch it once (`apptainer pull base.sif …`) and begin with `Bootstrap: localimage`",
                code: "base-unpinned"
            )
        }
    }

    private func noBase(_ from: String) -> Mistake {
        Mistake(
            from.isEmpty ? "`\(file)` has no `From:`" : "the base `\(from)` in `\(file)` cannot be pinned",
            why: from.isEmpty ? nil : "it has no value and no default",
            fix: from.isEmpty
                ? "name the image that it builds on: `From: python:3.12-slim`"
                : "give it under `environment.build.arguments`, or a default under `%arguments`",
            code: "base-unpinned"
        )
    }

    private var noBootstrap: Mistake {
        Mistake(
            "`\(file)` has no `Bootstrap:`",
            fix: "begin it with `Bootstrap: docker` and `From: python:3.12-slim`",
            code: "recipe-empty"
        )
    }

    /// The definition with its arguments put in: those given, else the defaults of `%arguments`.
    private func filled(_ text: String, arguments: [String: String]) throws -> String {
        var values = defaults(text)
        var used: Set<String> = []
        values.merge(arguments) { $1 }
        var result = ""
        var rest = text[...]
        while let open = rest.range(of: "{{") {
            result += rest[..<open.lowerBound]
            guard let close = rest[open.upperBound...].range(of: "}}") else { break }
            let name = String(trimmed(rest[open.upperBound..<close.lowerBound]))
            used.insert(name)
            result += values[name] ?? String(rest[open.lowerBound..<close.upperBound])
            rest = rest[close.upperBound...]
        }
        for name in arguments.keys.sorted() where !used.contains(name) {
            throw Mistake(
                "`\(file)` has no `{{ \(name) }}`",
                why: used.isEmpty ? nil : "it has " + used.sorted().map { "`\($0)`" }.joined(separator: ", "),
                fix: nearestName(to: name, among: used.sorted()).map { "did you mean `\($0)`?" }
                    ?? "take the argument away",
                code: "unknown-argument"
            )
        }
        return result + rest
    }

    private func defaults(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        var isInside = false
        for line in text.split(separator: "\n") {
            if line.first == "%" { isInside = trimmed(line).lowercased() == "%arguments" }
            let parts = line.split(separator: "=", maxSplits: 1)
            if isInside, parts.count == 2, trimmed(line).first != "#" {
                values[String(trimmed(parts[0]))] = String(trimmed(parts[1]))
            }
        }
        return values
    }
}

extension Substring {
    /// The first place at which the text stands.
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text), let end = index(start, offsetBy: text.count, limitedBy: endIndex) {
                return start..<end
            }
            start = index(after: start)
        }
        return nil
    }
}
