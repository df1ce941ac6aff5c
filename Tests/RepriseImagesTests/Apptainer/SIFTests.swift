import Foundation
import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseImages

/// A folder that is gone with its test.
final class SIFBench {
    let path = FileManager.default.temporaryDirectory.appending(path: "reprise-sif-\(UUID().uuidString)").path
    let files = LiveFileSystem()
    var folder: SIFFolder { SIFFolder(path: path, files: files) }
    var drafts: SIFDrafts {
        SIFDrafts(path: path + "/drafts", files: files, trees: LiveFileTree(), processes: LiveProcessRunner())
    }

    init() throws { try files.makeFolder(path) }

    deinit { try? files.remove(path) }

    /// A file that begins as one of Apptainer's does, for the architecture of that code.
    func sif(code: String = "02", data: Int = 100, missing: Int = 0) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32) + Array("SIF_MAGIC\0".utf8) + Array("01\0\(code)\0".utf8)
        bytes += [UInt8](repeating: 0, count: 112 - bytes.count)
        for number in [128, data] { bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
        return bytes + (0..<max(0, data - missing)).map { UInt8(truncatingIfNeeded: $0 * 7) }
    }

    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try files.write(bytes, to: path + "/" + name)
        return path + "/" + name
    }
}

@Suite struct `Files of Apptainer` {
    private let bench: SIFBench

    init() throws { bench = try SIFBench() }

    @Test(arguments: [("02", "amd64"), ("04", "arm64"), ("06", "ppc64le"), ("12", "riscv64"), ("99", nil)])
    func `a header tells for which processors it is made`(code: String, architecture: String?) throws {
        let header = try #require(SIFHeader(bench.sif(code: code)))
        #expect(header.architecture == architecture)
        #expect(header.end == 228)
    }

    @Test func `what is none of its files, or not whole, is refused`() throws {
        let junk = try bench.write(Array("hello".utf8), "junk.sif")
        let cut = try bench.write(bench.sif(missing: 1), "cut.sif")
        for path in [junk, cut] {
            #expect(throws: EngineError.self) { try bench.folder.header(of: path, named: "x") }
        }
        #expect(SIFHeader([UInt8](repeating: 255, count: 128)) == nil)
    }

    @Test func `an image is there once it was taken in, and not when its file was changed`() throws {
        let id = try #require(Digest(String(repeating: "cd", count: 32)))
        #expect(!bench.folder.holds(id))
        let image = try bench.folder.takeIn(bench.write(bench.sif(), "draft"), as: id)
        #expect(image.id == id && image.name == bench.folder.file(of: id) && image.architecture == "amd64")
        #expect(bench.folder.holds(id))
        try bench.files.setMode(0o644, of: image.name)
        #expect(bench.folder.holds(id), "its content is what it was")
        var bytes = try bench.files.read(image.name, limit: 1 << 20)
        bytes[200] ^= 1
        try bench.files.write(bytes, to: image.name)
        #expect(!bench.folder.holds(id))
    }

    @Test func `after a kill between its two renames, only a file named by its own digest is believed`() throws {
        let own = try bench.folder.takeIn(bench.write(bench.sif(), "draft"), as: nil)
        let other = try #require(Digest(String(repeating: "ef", count: 32)))
        _ = try bench.folder.takeIn(bench.write(bench.sif(), "draft"), as: other)
        for id in [own.id, other] { try bench.files.remove("\(bench.path)/\(id).json") }
        #expect(bench.folder.holds(own.id))
        #expect(!bench.folder.holds(other))
    }

    @Test func `a file of a person is read anew when it has changed, and not before`() throws {
        let path = try bench.write(bench.sif(), "tool.sif")
        let first = try bench.folder.digest(of: path)
        #expect(first == SHA256Hasher.digest(of: bench.sif()))
        #expect(try bench.folder.digest(of: path) == first)
        try bench.files.write(bench.sif(data: 101), to: path)
        #expect(try bench.folder.digest(of: path) == SHA256Hasher.digest(of: bench.sif(data: 101)))
    }
}

@Suite struct `Drafts of images` {
    private let bench: SIFBench

    init() throws { bench = try SIFBench() }

    @Test func `several at once have a folder each, and nothing stays`() async throws {
        let drafts = bench.drafts
        let files = bench.files
        try await drafts.with { first in
            try await drafts.with { second in
                #expect(first != second)
                let names = try files.names(in: first) + files.names(in: second)
                #expect(names.isEmpty)
                try files.write("x", to: second + "/x")
            }
            try files.write("x", to: first + "/x")
        }
        #expect(try files.names(in: drafts.path).filter { !$0.hasSuffix(".lock") }.isEmpty)
    }

    @Test func `what fails leaves nothing, and what was killed is removed by the next`() async throws {
        let drafts = bench.drafts
        let files = bench.files
        await #expect(throws: EngineError.missing(.apptainer)) {
            try await drafts.with {
                try files.write("x", to: $0 + "/x"); throw EngineError.missing(.apptainer)
            }
        }
        try files.makeFolder(drafts.path + "/7.ab/deep")
        try files.write("", to: drafts.path + "/7.lock")
        try await drafts.with { folder in
            let names = try files.names(in: drafts.path).filter { !$0.hasSuffix(".lock") }
            #expect(names == [lastName(of: folder)])
        }
    }
}

@Suite struct `Archives that Apptainer takes` {
    private let id = String(repeating: "12", count: 32)

    @Test(arguments: [".json", ""])
    func `a docker-archive names its image`(end: String) {
        let folder = end.isEmpty ? "blobs/sha256/" : ""
        let json = #"[{"Config":"\#(folder)\#(id)\#(end)","RepoTags":["localhost/x:1"],"Layers":["a/layer.tar"]}]"#
        #expect(ArchivedImage.dockerConfiguration(Array(json.utf8)[...])?.description == id)
    }

    @Test func `an oci-archive leads to its image by its manifest, that of this machine first`() {
        func manifest(_ digit: String, _ architecture: String) -> String {
            #"{"digest":"sha256:\#(String(repeating: digit, count: 64))","platform":{"architecture":"\#(architecture)"}}"#
        }
        let index = #"{"schemaVersion":2,"manifests":[\#(manifest("a", "arm64")),\#(manifest("b", "amd64"))]}"#
        let bytes = Array(index.utf8)[...]
        #expect(
            ArchivedImage.ociStep(bytes, for: "amd64")
                == Digest(String(repeating: "b", count: 64)).map { .manifest($0) }
        )
        let last = #"{"schemaVersion":2,"config":{"digest":"sha256:\#(id)"},"layers":[]}"#
        #expect(ArchivedImage.ociStep(Array(last.utf8)[...], for: "amd64") == Digest(id).map { .configuration($0) })
        #expect(ArchivedImage.ociStep(Array("[]".utf8)[...], for: "amd64") == nil)
    }
}
