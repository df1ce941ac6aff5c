import Foundation
import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseImages

@Suite struct `Archives on a shelf` {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "archives-\(UUID())").path()
    private let files = LiveFileSystem()

    private func read(_ text: String) async throws -> ArchiveContent {
        let source = try ImageSource(text, from: folder)
        let archive = try #require(ImageArchive(source, files: files, processes: LiveProcessRunner()))
        return try await archive.image()
    }

    private func withFolder(_ body: () async throws -> Void) async throws {
        try files.makeFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body()
    }

    private var layout: [String: String] {
        let manifest =
            #"{"schemaVersion":2,"config":{"digest":"sha256:\#(SampleArchive.id)","size":9},"layers":[{"digest":"sha256:\#(digest("layer"))","size":5}]}"#
        let annotated =
            #"{"digest":"sha256:\#(digest(manifest))","size":1,"annotations":{"org.opencontainers.image.ref.name":"v1"}}"#
        return [
            "index.json": #"{"schemaVersion":2,"manifests":[\#(annotated)]}"#,
            "blobs/sha256/\(digest(manifest))": manifest,
            "blobs/sha256/\(SampleArchive.id)": SampleArchive.configuration,
            "blobs/sha256/\(digest("layer"))": "layer",
        ]
    }

    @Test func `the id is the configuration's digest, whatever the archive calls it`() async throws {
        try await withFolder {
            try await SampleArchive.write(SampleArchive.id, to: folder + "/a.tar", tags: ["docker.io/library/x:1"])
            let image = try await read("docker-archive:a.tar")
            #expect(image.id == SampleArchive.id)
            #expect(image.architecture == machineArchitecture)
            #expect(!image.isPlain)
            #expect(try await read("docker-archive:a.tar:x:1").id == SampleArchive.id)
            let error = await #expect(throws: ImageArchiveMistake.self) { try await read("docker-archive:a.tar:x:2") }
            #expect(error == .noTag(folder + "/a.tar", "x:2", known: ["docker.io/library/x:1"]))
        }
    }

    @Test func `a configuration that is not what its name says is refused`() async throws {
        try await withFolder {
            try await SampleArchive.write(digest("something else"), to: folder + "/a.tar")
            let error = await #expect(throws: EngineError.self) { try await read("docker-archive:a.tar") }
            #expect(error?.code == "image-changed")
        }
    }

    @Test func `layouts and their archives are read alike, and become archives for every engine`() async throws {
        try await withFolder {
            try await SampleArchive.write(layout, to: folder + "/o.tar")
            for (name, text) in layout {
                try files.makeFolder(RepriseSystem.folder(of: "\(folder)/o/\(name)"))
                try files.write(text, to: "\(folder)/o/\(name)")
            }
            for text in ["oci-archive:o.tar", "oci-archive:o.tar:v1", "oci:o", "oci:o:v1"] {
                let source = try ImageSource(text, from: folder)
                let archive = try #require(ImageArchive(source, files: files, processes: LiveProcessRunner()))
                let image = try await archive.image()
                #expect(image.id == SampleArchive.id)
                let packed = folder + "/packed.tar"
                try await archive.repack(image, to: packed, in: folder + "/draft")
                let back = try await read("docker-archive:packed.tar")
                #expect(back.id == SampleArchive.id)
                #expect(back.isPlain)
                #expect(back.layers == ["blobs/sha256/\(digest("layer"))"])
                #expect(try !files.exists(folder + "/draft"))
                try files.remove(packed)
            }
        }
    }

    @Test func `a blob that was altered is refused`() async throws {
        try await withFolder {
            var layout = layout
            layout["blobs/sha256/\(SampleArchive.id)"] = SampleArchive.configuration + " "
            try await SampleArchive.write(layout, to: folder + "/o.tar")
            await #expect(throws: EngineError.self) { try await read("oci-archive:o.tar") }
        }
    }

    @Test func `what is no archive, not there, or several images says so`() async throws {
        try await withFolder {
            try files.write("no tar", to: folder + "/x.tar")
            try await SampleArchive.write(["other": "x"], to: folder + "/y.tar")
            let two =
                #"[{"Config":"a.json","RepoTags":["r/a:1"],"Layers":[]},{"Config":"b.json","RepoTags":["r/b:1"],"Layers":[]}]"#
            try await SampleArchive.write(
                ["manifest.json": two, "a.json": "{}", "b.json": "{}"],
                to: folder + "/z.tar"
            )
            for text in ["docker-archive:x.tar", "docker-archive:y.tar", "oci-archive:y.tar"] {
                let error = await #expect(throws: ImageArchiveMistake.self) { try await read(text) }
                #expect(error?.code == "image-archive")
            }
            let several = await #expect(throws: ImageArchiveMistake.self) { try await read("docker-archive:z.tar") }
            #expect(several == .several(folder + "/z.tar", known: ["r/a:1", "r/b:1"]))
            #expect(try await read("docker-archive:z.tar:r/b:1").configuration == "b.json")
            await #expect(throws: EngineError.self) { try await read("docker-archive:gone.tar") }
        }
    }
}
