import Foundation
import RepriseSystem
import Testing

@Suite final class `A path without links` {
    private let files = LiveFileSystem()
    private let base: String

    init() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "reprise-links-\(UUID().uuidString.prefix(8))").path
        try files.makeFolder(folder + "/real/inner")
        base = try files.pathWithoutLinks(folder)
        try files.makeLink(base + "/absolute", to: base + "/real")
        try files.makeLink(base + "/real/up", to: "../real/./inner")
        try files.makeLink(base + "/inside", to: "absolute/up")
        try files.makeLink(base + "/circle", to: "circle")
    }

    deinit { try? files.remove(base) }

    @Test func `leads where the links lead, also through several, and past what is not there`() throws {
        #expect(try files.pathWithoutLinks(base + "/absolute/inner") == base + "/real/inner")
        #expect(try files.pathWithoutLinks(base + "/inside") == base + "/real/inner")
        #expect(try files.pathWithoutLinks(base + "/inside/../none/x") == base + "/real/none/x")
        #expect(try files.pathWithoutLinks("/") == "/")
        #expect(try files.pathWithoutLinks("/..") == "/")
    }

    @Test func `ends where links lead in a circle`() throws {
        #expect(try files.pathWithoutLinks(base + "/circle/x") == base + "/circle/x")
    }
}
