import Foundation

/// The checkout that these tests were compiled from.
enum Repository {
    static let root: String = {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return tests.deletingLastPathComponent().path(percentEncoded: false)
    }()

    private static let skippedFolders: Set = [
        ".git", ".build", ".swiftpm", ".reprise", "dist", "__pycache__", "node_modules", "data",
    ]
    private static let textKinds: Set = [
        "swift", "md", "yaml", "yml", "py", "sh", "c", "h", "json", "toml", "txt", "sql", "html", "css", "js", "svg",
        "modulemap", "",
    ]

    /// Every text file below `folder`, relative to the root, in byte order.
    static func files(in folder: String = "", kind: String? = nil) -> [String] {
        let top = folder.isEmpty ? root : "\(root)\(folder)/"
        guard let walk = FileManager.default.enumerator(atPath: top) else { return [] }
        var found: [String] = []
        while let name = walk.nextObject() as? String {
            let last = name.split(separator: "/").last.map(String.init) ?? name
            let isFolder = walk.fileAttributes?[.type] as? FileAttributeType == .typeDirectory
            if isFolder {
                if skippedFolders.contains(last) { walk.skipDescendants() }
                continue
            }
            let ending = last.contains(".") ? String(last.split(separator: ".").last ?? "") : ""
            guard kind.map({ $0 == ending }) ?? textKinds.contains(ending) else { continue }
            found.append(folder.isEmpty ? name : "\(folder)/\(name)")
        }
        return found.sorted()
    }

    static func folders(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root + folder)) ?? []
        return names.filter { isFolder("\(folder)/\($0)") && !skippedFolders.contains($0) }.sorted()
    }

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: root + path, isDirectory: &isFolder) && isFolder.boolValue
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root + path) }

    /// The lines of a text file; none of one that is no text.
    static func lines(of path: String) -> [String] {
        guard let bytes = FileManager.default.contents(atPath: root + path),
            let text = String(validating: bytes, as: UTF8.self)
        else { return [] }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    static func text(of path: String) -> String { lines(of: path).joined(separator: "\n") }

    /// The folder of Sources or Tests that a file stands in.
    static func target(of path: String) -> String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    /// The modules that a Swift file imports, each with its line number.
    static func imports(of path: String) -> [(module: String, line: Int)] {
        lines(of: path).enumerated()
            .compactMap { index, line in
                let words = line.split(separator: " ")
                guard let position = words.firstIndex(of: "import"), words.indices.contains(position + 1),
                    words[..<position].allSatisfy({ $0.hasPrefix("@") || $0 == "package" || $0 == "public" })
                else { return nil }
                let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "typealias"]
                let name = kinds.contains(words[position + 1]) ? words.last ?? "" : words[position + 1]
                return (String(name.prefix { $0 != "." }), index + 1)
            }
    }
}
