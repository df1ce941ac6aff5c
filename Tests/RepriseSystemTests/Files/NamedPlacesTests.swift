import Foundation
import Glibc
import RepriseModel
import RepriseSystem
import Testing

@Suite struct `A place that a person names` {
    private let files = LiveFileSystem()

    private func inFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reprise-named-\(UUID().uuidString)").path
        try files.makeFolder(folder)
        do { try await body(folder) } catch {
            try files.remove(folder)
            throw error
        }
        try files.remove(folder)
    }

    @Test func `is written through links, which stay`() async throws {
        try await inFolder { folder in
            try files.makeFolder(folder + "/real")
            try files.write("old", to: folder + "/real/a", mode: 0o600)
            try files.makeLink(folder + "/link", to: "real/a")
            try files.makeLink(folder + "/new", to: "real/b")
            for name in ["link", "new"] {
                try files.writeNamed("text", to: "\(folder)/\(name)", as: name)
                #expect(try files.status("\(folder)/\(name)")?.kind == .link)
            }
            #expect(try files.text(folder + "/real/a") == "text" && files.text(folder + "/real/b") == "text")
            #expect(try files.status(folder + "/real/a")?.mode == 0o600)
        }
    }

    @Test func `is written into a pipe, which stays`() async throws {
        try await inFolder { folder in
            let pipe = folder + "/pipe"
            #expect(mkfifo(pipe, 0o600) == 0)
            let reader = try OpenFile(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC, operation: "read")
            try files.writeNamed("text", to: pipe, as: "pipe")
            #expect(try reader.read(count: 100) == Array("text".utf8))
            #expect(try files.status(pipe)?.kind == .other)
        }
    }

    @Test func `is refused where it is a folder or in none`() async throws {
        try await inFolder { folder in
            try files.makeFolder(folder + "/results")
            try files.write("", to: folder + "/file")
            let wrong = [
                ("results", "`results` is a folder", "name a file in it"),
                ("resluts/a", "there is no folder `resluts`", "did you mean `results`?"),
                ("nothing/a", "there is no folder `nothing`", "name one that is there, or make it first"),
                ("file/a", "`file` is not a folder", "name a folder, such as the one that it lies in"),
            ]
            for (path, what, fix) in wrong {
                let error = #expect(throws: Mistake.self) {
                    try files.writeNamed("text", to: "\(folder)/\(path)", as: path)
                }
                #expect(error?.what == what && error?.fix == fix && error?.fault == .usage)
            }
            #expect(try files.names(in: folder) == ["file", "results"])
        }
    }
}
