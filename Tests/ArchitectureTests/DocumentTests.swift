import Testing

@Suite struct `Documents` {
    private let documents = Repository.files(kind: "md")

    @Test func `every page of docs begins with its one title`() {
        for page in documents where page.hasPrefix("docs/") {
            let titles = prose(of: page).filter { $0.text.hasPrefix("# ") }
            #expect(titles.map(\.line) == [1], "\(page) must begin with one `# Title`, and have no other.")
        }
    }

    @Test func `every relative link leads somewhere`() {
        for page in documents {
            let folder = page.split(separator: "/").dropLast().map { "\($0)/" }.joined()
            for (line, text) in prose(of: page) {
                for target in links(in: text) where isRelative(target) {
                    let path = normalised(folder + target.prefix { $0 != "#" })
                    #expect(Repository.exists(path), "\(page):\(line) links to \(target), which is not there.")
                }
            }
        }
    }

    @Test func `no file names a place on one machine`() {
        let roots = ["work", "root", "home", "Users", "tmp"].map { "/\($0)/" }
        for file in Repository.files() where !file.hasPrefix("Tests/ArchitectureTests/") {
            for (index, line) in Repository.lines(of: file).enumerated() {
                for root in roots where standsAlone(root, in: line) {
                    Issue.record(
                        "\(file):\(index + 1) names `\(root)…`, which other machines do not have. Use a relative path or a variable."
                    )
                }
            }
        }
    }

    @Test func `no file names a private host`() {
        let pattern = try? Regex(
            #"\b(10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|[a-z0-9-]+\.(internal|corp|lan|intranet))\b"#
        )
        guard let privateHost = pattern else {
            Issue.record("the rule itself does not compile")
            return
        }
        for file in Repository.files() where !file.hasPrefix("Tests/ArchitectureTests/") {
            for (index, line) in Repository.lines(of: file).enumerated() where line.count < 2000 {
                guard let match = line.firstMatch(of: privateHost) else { continue }
                Issue.record("\(file):\(index + 1) names `\(line[match.range])`. Use example.org.")
            }
        }
    }

    /// The lines of a page outside its code blocks.
    private func prose(of page: String) -> [(line: Int, text: String)] {
        var isCode = false
        return Repository.lines(of: page).enumerated()
            .compactMap { index, text in
                if text.drop(while: { $0 == " " }).hasPrefix("```") {
                    isCode.toggle()
                    return nil
                }
                return isCode || text.hasPrefix("    ") ? nil : (index + 1, text)
            }
    }

    private func links(in text: String) -> [String] {
        text.matches(of: /\]\(([^)\s]+)[^)]*\)/).map { String($0.output.1) }
    }

    private func isRelative(_ target: String) -> Bool {
        !target.hasPrefix("#") && !target.contains("://") && !target.hasPrefix("mailto:")
    }

    private func normalised(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }

    /// Whether the root stands at the beginning of a longer path, and not inside one such as that of a run.
    private func standsAlone(_ root: String, in line: String) -> Bool {
        guard let range = line.firstRange(of: root), range.upperBound < line.endIndex else { return false }
        let next = line[range.upperBound]
        guard next.isLetter || next.isNumber || next == "." else { return false }
        guard range.lowerBound > line.startIndex, !line[..<range.lowerBound].hasSuffix("+ \"") else {
            return range.lowerBound == line.startIndex
        }
        return " \t\"'`(=:[,".contains(line[line.index(before: range.lowerBound)])
    }
}
