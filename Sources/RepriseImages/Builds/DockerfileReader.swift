import RepriseModel

/// Reads a Dockerfile for its bases and for what it copies.
struct DockerfileReader {
    private let file: String
    private var variables: DockerfileVariables
    private var reading = RecipeReading()
    private var stages: [String] = []
    private var stageCount = 0
    private var declared: Set<String> = []

    /// `file` is its name in messages. Throws `Mistake` where a base has no fixed name.
    static func read(_ text: String, file: String, arguments: [String: String] = [:]) throws -> RecipeReading {
        var reader = DockerfileReader(file: file, variables: DockerfileVariables(given: arguments))
        reader.reading.arguments = arguments
        for instruction in DockerfileLines.read(text) { try reader.read(instruction) }
        guard reader.stageCount > 0 else {
            throw Mistake(
                "`\(file)` has no FROM",
                fix: "begin it with the image that it builds on: `FROM python:3.12-slim`",
                code: "recipe-empty"
            )
        }
        try reader.check(arguments)
        return reader.reading
    }

    private init(file: String, variables: DockerfileVariables) {
        self.file = file
        self.variables = variables
    }

    private mutating func read(_ instruction: DockerfileInstruction) throws {
        switch instruction.keyword {
        case "FROM": return try readFrom(instruction)
        case "ARG": readArgument(instruction.text)
        case "COPY", "ADD": return try readCopy(instruction)
        case "RUN": return try readRun(instruction)
        case "", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "SHELL",
            "STOPSIGNAL", "USER", "VOLUME", "WORKDIR":
            break
        default: reading.sources = .everything
        }
        reading.add(text: instruction.source)
    }

    private mutating func readArgument(_ text: String) {
        if stageCount == 0 { variables.declare(text) }
        var names = DockerfileVariables(given: [:])
        names.declare(text)
        declared.formUnion(names.values.keys)
    }

    private mutating func readFrom(_ instruction: DockerfileInstruction) throws {
        let words = instruction.text.split(whereSeparator: \.isWhitespace)
        let rest = words.drop { $0.hasPrefix("--") }
        guard let written = rest.first else { throw unreadable(instruction) }
        stageCount += 1
        let reference = try expanded(String(written), in: instruction)
        let isStage = stages.contains(reference.lowercased())
        if rest.count >= 3, rest[rest.startIndex + 1].lowercased() == "as" {
            stages.append(rest[rest.startIndex + 2].lowercased())
        }
        let head = ["FROM"] + words.prefix(words.count - rest.count).map(String.init)
        reading.add(text: head.joined(separator: " ") + " ")
        if reference == "scratch" || isStage {
            reading.add(text: reference)
        } else {
            reading.add(base: reference)
        }
        reading.add(text: rest.dropFirst().map { " " + $0 }.joined() + "\n")
        // For compilers and packers, which write it instead of the time; Python then makes bytecode that does not go by
        // the times of files, which the engine sets back.
        reading.add(text: "ARG SOURCE_DATE_EPOCH=\(RecipeReading.sourceDate)\n")
    }

    private mutating func readCopy(_ instruction: DockerfileInstruction) throws {
        var text = instruction.text[...]
        var from: String?
        while text.hasPrefix("--") {
            let flag = text.prefix { !$0.isWhitespace }
            text = trimmed(text.dropFirst(flag.count))
            if flag.hasPrefix("--from=") { from = String(flag.dropFirst("--from=".count)) }
        }
        if let from { return try add(instruction, from: from, after: "--from=") }
        for source in sources(text) {
            if source.contains("://") || source.hasPrefix("git@") {
                reading.notes.append(
                    "`\(file)` adds `\(source)`: what lies there is no part of the recipe's digest"
                )
            } else if !source.hasPrefix("<<") {
                reading.sources.add(source)
            }
        }
        reading.add(text: instruction.source)
    }

    /// All words but the last, which is where they go.
    private func sources(_ text: Substring) -> [String] {
        if text.first == "[", let list = try? Value(json: Array(text.utf8)[...]), case .list(let values) = list {
            return values.dropLast().map { $0.stringValue ?? "." }
        }
        return text.split(whereSeparator: \.isWhitespace).dropLast().map(String.init)
    }

    /// `--mount=type=bind` shows the context, another stage or another image to a command.
    private mutating func readRun(_ instruction: DockerfileInstruction) throws {
        var rest = instruction.source[...]
        for word in instruction.text.split(whereSeparator: \.isWhitespace) {
            guard word.hasPrefix("--") else { break }
            guard word.hasPrefix("--mount=") else { continue }
            let fields = word.dropFirst("--mount=".count).split(separator: ",")
            let type = fields.first { $0.hasPrefix("type=") }?.dropFirst(5) ?? "bind"
            guard type == "bind" || type == "cache" else { continue }
            if let from = fields.first(where: { $0.hasPrefix("from=") })?.dropFirst(5) {
                rest = try add(rest, instruction, from: String(from), after: "from=")
            } else if type == "bind" {
                reading.sources = .everything
            }
        }
        reading.add(text: rest)
    }

    private mutating func add(_ instruction: DockerfileInstruction, from: String, after mark: String) throws {
        reading.add(text: try add(instruction.source[...], instruction, from: from, after: mark))
    }

    /// Takes over `source` up to and with the name behind `mark`, and hands back what is left.
    private mutating func add(
        _ source: Substring,
        _ instruction: DockerfileInstruction,
        from: String,
        after mark: String
    ) throws -> Substring {
        let reference = try expanded(from, in: instruction)
        guard !stages.contains(reference.lowercased()), Int(reference) == nil, reference != "context" else {
            return source
        }
        var start = source.startIndex
        while start < source.endIndex, !source[start...].hasPrefix(mark + from) { start = source.index(after: start) }
        guard start < source.endIndex else { throw unreadable(instruction) }
        let name = source.index(start, offsetBy: mark.count)
        reading.add(text: source[..<name])
        reading.add(base: reference)
        return source[source.index(name, offsetBy: from.count)...]
    }

    private func expanded(_ text: String, in instruction: DockerfileInstruction) throws -> String {
        do {
            let text = try variables.expanded(text)
            guard !text.isEmpty else { throw unreadable(instruction) }
            return text
        } catch let unset as UnsetVariable {
            throw Mistake(
                "the base `\(text)` in `\(file)` cannot be pinned",
                why: variables.values.keys.contains(unset.name)
                    ? "ARG `\(unset.name)` has no default, and no value was given"
                    : "no ARG `\(unset.name)` stands before the first FROM",
                fix: "write `ARG \(unset.name)=…` before FROM, or give it under `environment.build.arguments`",
                code: "base-unpinned"
            )
        }
    }

    private func unreadable(_ instruction: DockerfileInstruction) -> Mistake {
        Mistake(
            "cannot read `\(trimmed(instruction.source.prefix(200)))` in `\(file)`",
            why: "it names no image",
            code: "recipe-unreadable"
        )
    }

    private static let predefined: Set<String> = [
        "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY", "SOURCE_DATE_EPOCH",
    ]

    private func check(_ arguments: [String: String]) throws {
        for name in arguments.keys.sorted() where !declared.contains(name) {
            guard !Self.predefined.contains(name.uppercased()) else { continue }
            throw Mistake(
                "`\(file)` has no ARG `\(name)`",
                why: declared.isEmpty ? nil : "it has " + declared.sorted().map { "`\($0)`" }.joined(separator: ", "),
                fix: nearestName(to: name, among: declared.sorted()).map { "did you mean `\($0)`?" }
                    ?? "add `ARG \(name)` to it, or take the argument away",
                code: "unknown-argument"
            )
        }
    }
}
