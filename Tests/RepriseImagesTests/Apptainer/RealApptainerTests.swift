import Foundation
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Synchronization
import Testing

@testable import RepriseImages

@Suite(.enabled(if: TestEngine.apptainer.isUp, TestEngine.apptainer.absence)) struct `Real Apptainer` {
    private let bench: SIFBench
    private let engine: RepriseImages.Apptainer

    init() throws {
        bench = try SIFBench()
        engine = Apptainer(
            program: "apptainer",
            files: LiveFileSystem(),
            processes: LiveProcessRunner(),
            folder: bench.path + "/images",
            user: Int(getuid())
        )
    }

    private var archives: [String] { ["busybox.tar", "busybox.oci.tar"].map { TestEngine.imageFolder + "/" + $0 } }

    private func nothingIsLeft() throws {
        let drafts = try bench.files.names(in: bench.path + "/images/drafts").filter { !$0.hasSuffix(".lock") }
        #expect(drafts.isEmpty)
    }

    @Test func `it tells what it can do here`() async throws {
        let facts = try await engine.facts()
        #expect(facts.version.first?.isNumber == true)
        #expect(facts.isRootless == (getuid() != 0))
        #expect(!facts.unpacksImages)
        if facts.isRootless, facts.cgroups == 1 { #expect(!facts.limitsMemory) }
        try nothingIsLeft()
    }

    @Test func `an archive of either kind becomes a file with the image's id, that executes scripts`() async throws {
        var ids: Set<Digest> = []
        for archive in archives {
            let image = try await engine.load(archive)
            ids.insert(image.id)
            #expect(await engine.holds(image.id))
            #expect(image.architecture == machineArchitecture)
            let result = try await engine.execute("echo \"$HOME\"; id -u; exit 7", in: image.name)
            #expect(result.status == 7)
            #expect(result.text == "/tmp\n\(getuid())\n")
        }
        #expect(ids.count == 1, "the same image has one id")
        try nothingIsLeft()
    }

    @Test func `a file is found by path and by id, and is its own archive`() async throws {
        let made = try await engine.load(archives[0])
        let path = bench.path + "/tool.sif"
        try await engine.save(made, to: path)
        let found = try #require(try await engine.find(path))
        #expect(try bench.files.digest(path).digest == found.id)
        let taken = try await engine.load(path)
        #expect(taken.id == found.id && taken.name != path)
        #expect(try await engine.find("sha256:\(found.id)") == taken)
        #expect(try await engine.find(bench.path + "/nothing.sif") == nil)
        #expect(try await engine.find("python:3.12") == nil)
    }

    @Test func `a recipe is built with its context and arguments, its words told as they come`() async throws {
        let base = try await engine.load(archives[0])
        try bench.files.write("content\n", to: bench.path + "/note")
        let recipe = try bench.write(
            Array(
                """
                Bootstrap: localimage
                From: \(base.name)
                %files
                    note /opt/note
                %post
                    mkdir -p /opt; echo "made {{ WORD }}" | tee /opt/word

                """
                .utf8
            ),
            "tool.def"
        )
        let lines = Mutex<[String]>([])
        let order = BuildOrder(recipe: recipe, context: bench.path, name: "tool", arguments: ["WORD": "here"])
        let image = try await engine.build(order) { line in lines.withLock { $0.append(line) } }
        #expect(lines.withLock { $0 }.contains("made here"))
        let result = try await engine.execute("cat /opt/note /opt/word", in: image.name)
        #expect(result.text == "content\nmade here\n")
        #expect(await engine.holds(image.id))
        try nothingIsLeft()
    }

    @Test func `a recipe that fails is told with its last lines`() async throws {
        let base = try await engine.load(archives[0])
        let text = "Bootstrap: localimage\nFrom: \(base.name)\n%post\n    echo before; ls /nope; echo after\n"
        let recipe = try bench.write(Array(text.utf8), "bad.def")
        let order = BuildOrder(recipe: recipe, context: bench.path, name: "bad")
        await #expect {
            _ = try await engine.build(order) { _ in }
        } throws: { error in
            guard case .recipeFailed(recipe, _, let words)? = error as? EngineError else { return false }
            return words.contains("/nope")
        }
        try nothingIsLeft()
    }

    @Test func `an image without a shell, and a file that is none, are told as such`() async throws {
        let empty = bench.path + "/empty"
        try bench.files.makeFolder(empty + "/dev")
        for name in ["proc", "sys", "tmp", "etc", "var/tmp"] { try bench.files.makeFolder(empty + "/" + name) }
        let file = bench.path + "/empty.sif"
        _ = try await LiveProcessRunner().succeed(Invocation("apptainer", ["-q", "build", file, empty]))
        await #expect(throws: EngineError.noShell(file)) { try await engine.execute("true", in: file) }
        let junk = try bench.write(Array(repeating: 7, count: 5000), "junk.sif")
        await #expect(throws: EngineError.self) { try await engine.find(junk) }
        await #expect(throws: EngineError.self) { try await engine.load(junk) }
    }

    @Test(.enabled(if: TestEngine.registry.isUp, TestEngine.registry.absence))
    func `a file goes to registries and comes back the same`() async throws {
        let image = try await engine.load(archives[0])
        let own = try bench.files.digest(image.name).digest
        let hosts = [
            (TestEngine.registryHost, nil),
            (
                TestEngine.loginRegistryHost,
                RegistryLogin(user: TestEngine.loginUser, password: TestEngine.loginPassword)
            ),
        ]
        for (host, login) in hosts {
            let name = "sif/\(UUID().uuidString.lowercased())"
            let reference = RegistryReference(host: host, path: name, tag: "1", isFile: true)
            let speaker = speaking(of: own)
            if login != nil {
                await #expect(throws: EngineError.loginMissing(host: host, .apptainer)) {
                    _ = try await speaker.push(image, to: reference, login: nil)
                }
            }
            _ = try await speaker.push(image, to: reference, login: login)
            if login == nil {
                let back = try await fetching(reference, own).pull(reference) { _ in }
                #expect(back.id == own)
                let answer = try await engine.execute("echo there", in: back.name)
                #expect(answer.text == "there\n")
            }
        }
        try nothingIsLeft()
    }

    /// An engine whose registry says that it has this file.
    private func speaking(of file: Digest) -> RepriseImages.Apptainer {
        Apptainer(
            program: "apptainer",
            files: bench.files,
            processes: LiveProcessRunner(),
            folder: bench.path + "/images",
            user: Int(getuid()),
            registry: { _, _ in
                RegistryImage(manifest: file, config: nil, file: file, architecture: nil, bytes: 0)
            }
        )
    }

    /// The same, with the manifest's digest as the registry's own headers tell it.
    private func fetching(_ reference: RegistryReference, _ file: Digest) throws -> RepriseImages.Apptainer {
        Apptainer(
            program: "apptainer",
            files: bench.files,
            processes: LiveProcessRunner(),
            folder: bench.path + "/fetched",
            user: Int(getuid()),
            registry: { reference, _ in
                let url = "http://\(reference.host)/v2/\(reference.path)/manifests/\(reference.tag ?? "")"
                let accept = "Accept: application/vnd.oci.image.manifest.v1+json"
                let manifest = try await LiveProcessRunner().succeed(Invocation("curl", ["-fsS", "-H", accept, url]))
                    .output
                return RegistryImage(
                    manifest: SHA256Hasher.digest(of: manifest),
                    config: nil,
                    file: file,
                    architecture: nil,
                    bytes: 0
                )
            }
        )
    }
}
