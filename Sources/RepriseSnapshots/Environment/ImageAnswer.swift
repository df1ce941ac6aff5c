import OrderedCollections
import RepriseModel

/// What an image answered to an `ImageQuestion`.
package struct ImageAnswer: Hashable, Sendable, Codable {
    /// Named as the host's are, sorted by name; without `image`.
    package var facts: Mapping
    /// Where each program lies; empty for what only the image's shell knows, null for what is missing.
    package var programs: Mapping

    package init(facts: Mapping, programs: Mapping) {
        self.facts = facts
        self.programs = programs
    }

    /// Reads what the script printed. nil where it did not come to its end, as where the image has no shell.
    package init?(_ text: String, to question: ImageQuestion) {
        var lines: [String: [String]] = [:]
        var last = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let fields = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            if fields.count == 3, fields[0] == "reprise-fact" {
                last = fields[1]
                lines[last, default: []].append(fields[2])
            } else if last == "libc" {
                // The only answer of several lines.
                lines[last, default: []].append(String(line))
            }
        }
        guard lines["begin"] != nil, lines["end"] != nil else { return nil }
        var facts = Self.system(lines)
        var programs: Mapping = [:]
        for (number, name) in question.programs.enumerated() {
            let path = lines["path \(number)"]?.first
            programs[name] = path.map(Value.string) ?? (lines["shell \(number)"] == nil ? .null : "")
            facts.merge(Self.software(name, number, lines)) { first, _ in first }
        }
        self.init(facts: sorted(facts), programs: programs)
    }

    private static func system(_ lines: [String: [String]]) -> [String: Value] {
        var facts: [String: Value] = [:]
        facts["system"] = (lines["system"]?.first?.trimmingQuotes ?? lines["kernel"]?.first).map(Value.string)
        facts["architecture"] = lines["architecture"]?.first.map(Value.string)
        facts["libc"] = lines["libc"].flatMap(library).map(Value.string)
        for line in lines["variable"] ?? [] {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, isTold(parts[0]), let value = Self.own(parts[0], parts[1]) else { continue }
            facts["variable." + parts[0]] = .string(value)
        }
        return facts
    }

    /// Without what engines add by themselves, so that an image is the same on all of them.
    private static func own(_ variable: String, _ value: String) -> String? {
        switch variable {
        case "LANG" where value == "C": return nil
        case "LD_LIBRARY_PATH":
            let places = value.split(separator: ":").filter { $0 != "/.singularity.d/libs" }
            return places.isEmpty ? nil : places.joined(separator: ":")
        default: return value
        }
    }

    /// `glibc 2.36` of `ld.so (Debian GLIBC 2.36-9) stable release version 2.36.`, `musl 1.2.4` of a line `Version 1.2.4`.
    private static func library(_ lines: [String]) -> String? {
        if let line = lines.first, let start = line.firstRange(of: "release version ")?.upperBound {
            return "glibc " + line[start...].drop { $0 == " " }.trimmingEnd(".")
        }
        return lines.first { $0.hasPrefix("Version ") }.map { "musl " + $0.dropFirst(8) }
    }

    private static func software(_ name: String, _ number: Int, _ lines: [String: [String]]) -> [String: Value] {
        let short = name.split(separator: "/").last.map(String.init) ?? name
        // What the shell does by itself needs no program: it is the shell's.
        if lines["shell \(number)"] != nil { return [:] }
        guard lines["path \(number)"] != nil else { return ["program.\(short)": "missing"] }
        if isPython(short) { return python(short, lines["python \(number)"] ?? []) }
        if let digest = lines["digest \(number)"]?.first { return ["program.\(short)": .string("sha256:" + digest)] }
        let version = lines["version \(number)"]?.first.flatMap { $0.isEmpty ? nil : String($0.prefix(200)) }
        return ["program.\(short)": .string(version ?? "unknown")]
    }

    private static func python(_ name: String, _ lines: [String]) -> [String: Value] {
        guard lines.count > 1 else { return ["interpreter": .string(name), "interpreter.version": "unknown"] }
        var facts: [String: Value] = ["interpreter": .string(lines[0]), "interpreter.version": .string(lines[1])]
        for (package, version) in packages(named: lines.dropFirst(2)) where facts["package." + package] == nil {
            facts["package." + package] = .string(version)
        }
        return facts
    }
}

extension StringProtocol {
    fileprivate func trimmingEnd(_ end: Character) -> String {
        last == end ? String(dropLast()) : String(self)
    }
}
