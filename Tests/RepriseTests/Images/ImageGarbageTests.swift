import Foundation
import RepriseModel
import RepriseSystem
import Testing

@testable import Reprise

@Suite final class `What is remembered of images` {
    private let folder: String
    private let files = LiveFileSystem()
    private let needed = SHA256Hasher.digest(of: "needed".utf8)
    private let other = SHA256Hasher.digest(of: "other".utf8)

    init() throws {
        folder =
            FileManager.default.temporaryDirectory.appending(path: "reprise-images-\(UUID().uuidString.prefix(8))").path
        for id in [needed, other] {
            try write("12345", "apptainer/\(id).sif")
            try write("{}", "apptainer/\(id).json")
            try write("{}", "facts/\(id)-0123456789ab.json")
            try write("kept", "\(id).tar")
            try write("{}", "\(id).json")
        }
        try write("", "apptainer/drafts/1.lock")
        try write("", "locks/\(other)-podman.lock")
    }

    deinit { try? files.remove(folder) }

    private func write(_ text: String, _ name: String) throws {
        try files.makeFolder(RepriseSystem.folder(of: "\(folder)/\(name)"))
        try files.write(text, to: "\(folder)/\(name)")
    }

    private func garbage(young: Timestamp) -> ImageGarbage {
        ImageGarbage(folder: folder, files: files, needed: [needed], young: young)
    }

    @Test func `goes when nothing needs the image, and kept files never do`() throws {
        let later = LiveWallClock().now().advanced(by: .seconds(60))
        let found = try garbage(young: later).found()
        let names = found.map { String($0.path.dropFirst(folder.count + 1)) }
        #expect(names == ["apptainer/\(other).json", "apptainer/\(other).sif", "facts/\(other)-0123456789ab.json"])
        #expect(found.map(\.bytes) == [2, 5, 2])
    }

    @Test func `stays as long as it is young`() throws {
        let before = LiveWallClock().now().advanced(by: .seconds(-60))
        #expect(try garbage(young: before).found().isEmpty)
    }

    @Test func `is nothing where there is no folder`() throws {
        let later = LiveWallClock().now().advanced(by: .seconds(60))
        let none = ImageGarbage(folder: folder + "/none", files: files, needed: [], young: later)
        #expect(try none.found().isEmpty)
    }
}
