import RepriseModel
import RepriseSystem

/// Finds the secrets that the site names, each once, and knows which values must not be shown.
package actor CredentialStore {
    private struct Entry: Hashable {
        var source: CredentialSource
        var place: Place?
    }

    private var entries: [String: Entry]
    private let environment: [String: String]
    private let files: any FileSystem
    private let processes: any ProcessRunner
    private var resolved: [String: Secret] = [:]
    /// Those that the site names otherwise now, which must not be shown all the same.
    private var former: [Secret] = []

    package init(
        _ site: Site,
        environment: [String: String],
        files: any FileSystem,
        processes: any ProcessRunner
    ) {
        entries = Self.entries(of: site)
        self.environment = environment
        self.files = files
        self.processes = processes
    }

    private static func entries(of site: Site) -> [String: Entry] {
        var entries: [String: Entry] = [:]
        for name in site.credentialNames {
            guard let assignment = try? site.effective("credentials.\(name)"), let value = assignment.value,
                let source = CredentialSource(value)
            else { continue }
            entries[name] = Entry(source: source, place: assignment.place)
        }
        return entries
    }

    /// From now on secrets are found where this site says.
    package func renew(_ site: Site) {
        let now = Self.entries(of: site)
        for (name, secret) in resolved where now[name] != entries[name] {
            former.append(secret)
            resolved[name] = nil
        }
        entries = now
    }

    /// Replaces every secret that has been resolved so far.
    package var redactor: Redactor { Redactor(former + Array(resolved.values)) }

    fileprivate static func unknown(_ name: String, among known: [String]) -> Mistake {
        Mistake(
            "the site has no credential `\(name)`",
            why: known.isEmpty ? nil : "it has " + known.map { "`\($0)`" }.joined(separator: ", "),
            fix: nearestName(to: name, among: known).map { "did you mean `\($0)`?" }
                ?? "add `credentials: {\(name): {variable: NAME}}` to a site file",
            code: "unknown-credential"
        )
    }

    /// The secret of that name. Errors name the credential and where it was looked for, never what was found.
    package func resolve(_ name: String) async throws -> Secret {
        if let secret = resolved[name] { return secret }
        guard let entry = entries[name] else { throw Self.unknown(name, among: entries.keys.sorted()) }
        let text = try await read(entry, name: name)
        guard let secret = Secret(text) else {
            throw Mistake(
                "the credential `\(name)` has \(text.utf8.count) bytes, and needs at least \(Secret.leastBytes)",
                why: "a shorter value could not be kept out of logs",
                code: "short-secret",
                place: entry.place
            )
        }
        resolved[name] = secret
        return secret
    }

    private func read(_ entry: Entry, name: String) async throws -> String {
        switch entry.source {
        case .variable(let variable):
            guard let text = environment[variable], !text.isEmpty else {
                throw Mistake(
                    "the credential `\(name)` is to come from the variable `\(variable)`, which is not set",
                    fix: "set it before the command: `export \(variable)=…`",
                    code: "missing-secret",
                    place: entry.place
                )
            }
            return text
        case .file(let path): return try readFile(absolute(path, entry.place), name: name, place: entry.place)
        case .command(let words): return try await run(words, name: name, place: entry.place)
        }
    }

    /// `~` is the home folder; a relative path is relative to the file that names it.
    private func absolute(_ path: String, _ place: Place?) -> String {
        if path.hasPrefix("~/"), let home = environment["HOME"] { return home + path.dropFirst(1) }
        guard !path.hasPrefix("/"), let file = place?.file, let slash = file.lastIndex(of: "/") else { return path }
        return file[...slash] + path
    }

    private func readFile(_ path: String, name: String, place: Place?) throws -> String {
        let mode = try modeBehindLinks(path)
        guard mode & 0o077 == 0 else {
            throw Mistake(
                "the credential `\(name)` is in a file that others may read: `\(path)`",
                why: "its mode is \(String(mode, radix: 8))",
                fix: "run `chmod 600 \(shellQuoted(path))`",
                code: "open-secret",
                place: place
            )
        }
        var text = String(decoding: try files.read(path, limit: 1 << 20), as: UTF8.self)[...]
        while text.last?.isNewline == true { text = text.dropLast() }
        return String(text)
    }

    private func modeBehindLinks(_ path: String) throws -> Int {
        var path = path
        for _ in 0..<16 {
            guard let status = try files.status(path) else { break }
            guard status.kind == .link else { return status.mode }
            let target = try files.linkTarget(path)
            path = target.hasPrefix("/") ? target : path[...(path.lastIndex(of: "/") ?? path.startIndex)] + target
        }
        throw FileError(operation: "read", path: path, reason: .missing, message: "no such file")
    }

    private func run(_ words: [String], name: String, place: Place?) async throws -> String {
        let result = try await processes.run(Invocation(words[0], Array(words.dropFirst()), limit: 1 << 20))
        guard result.status == 0 else {
            throw Mistake(
                "the command for the credential `\(name)` ended with status \(result.status)",
                why: result.errorText.split(separator: "\n").last.map { String($0.prefix(200)) },
                fix:
                    "try it by hand: `\(words.first == "sh" ? words.last ?? "" : words.map(shellQuoted).joined(separator: " "))`",
                code: "secret-command-failed",
                place: place,
                fault: .world
            )
        }
        return String(result.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).first ?? "")
    }
}

extension Site {
    /// Refuses the name of a credential that no site file has. Its secret is looked for when a run needs it.
    package func checkCredential(_ name: String) throws {
        guard !credentialNames.contains(name) else { return }
        throw CredentialStore.unknown(name, among: credentialNames.sorted())
    }
}
