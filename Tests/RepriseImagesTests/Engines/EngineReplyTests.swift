import RepriseModel
import Testing

@testable import RepriseImages

private let id = "758e81c8ce17ad241b49d791094a0e430a79f369f5667417d08b69c9f852abdf"
private let one = "c4ce5361f79c7d4b13ed93750368266adb5a617cf93a31ea91254879cb75c092"
private let two = "d247c8dd4e4ca564ffe538a2f3f12155a9c4a3c1ac9c1b087c5a303ce645c0a7"

@Suite struct `Answers of engines` {
    @Test func `podman tells what it is`() throws {
        func info(rootless: Bool, version: String, controllers: String) -> [UInt8] {
            Array(
                """
                {"host": {"arch": "amd64", "cgroupManager": "cgroupfs", "cgroupVersion": "\(version)",
                 "cgroupControllers": \(controllers), "security": {"rootless": \(rootless), "selinuxEnabled": false}},
                 "store": {"graphDriverName": "overlay", "graphRoot": "/var/lib/containers/storage", "imageStore": {"number": 8}},
                 "version": {"APIVersion": "4.3.1", "Version": "4.3.1", "OsArch": "linux/amd64"}}
                """
                .utf8
            )
        }
        let root = try PodmanReply.facts(
            info(rootless: false, version: "v1", controllers: #"["cpu", "memory", "pids"]"#)
        )
        #expect(root.version == "4.3.1")
        #expect(!root.isRootless)
        #expect(root.cgroups == 1)
        #expect(root.limitsMemory)
        #expect(root.limitsProcessors)
        #expect(root.storage == "/var/lib/containers/storage/overlay-images")
        #expect(root.architecture == "amd64")
        let user = try PodmanReply.facts(info(rootless: true, version: "v1", controllers: #"["cpu", "memory"]"#))
        #expect(user.isRootless)
        #expect(!user.limitsMemory)
        let modern = try PodmanReply.facts(info(rootless: true, version: "v2", controllers: #"["memory", "pids"]"#))
        #expect(modern.cgroups == 2)
        #expect(modern.limitsMemory)
        #expect(!modern.limitsProcessors)
    }

    @Test func `docker tells what it is`() throws {
        let json = Array(
            #"""
            {"Driver":"overlay2","DriverStatus":[["Backing Filesystem","extfs"]],"MemoryLimit":true,"CpuCfsQuota":true,
             "CgroupDriver":"cgroupfs","CgroupVersion":"1","Architecture":"x86_64","DockerRootDir":"/var/lib/docker",
             "ServerVersion":"20.10.24+dfsg1","SecurityOptions":["name=seccomp,profile=default"],"Warnings":null}
            """#
            .utf8
        )
        let facts = try DockerReply.facts(json)
        #expect(facts.version == "20.10.24+dfsg1")
        #expect(facts.limitsMemory && facts.limitsProcessors && !facts.isRootless)
        #expect(facts.storage == "/var/lib/docker/image/overlay2/imagedb/content/sha256")
        #expect(facts.architecture == "amd64")
        let refusal = try DockerReply.refusal(json)
        #expect(refusal == nil)
        let isOdd = try DockerReply.namesByManifest(json)
        #expect(!isOdd)
        let other = #"{"ServerVersion":"29.0","DriverStatus":[["driver-type","io.containerd.snapshotter.v1"]]}"#
        #expect(try DockerReply.namesByManifest(Array(other.utf8)))
        let down =
            #"{"ID":"","ServerErrors":["Cannot connect to the Docker daemon at unix:///nope.sock."],"ClientInfo":{}}"#
        #expect(
            try DockerReply.refusal(Array(down.utf8)) == "Cannot connect to the Docker daemon at unix:///nope.sock."
        )
    }

    @Test func `an image that was compressed twice has no digest that a registry would know`() throws {
        let json = Array(
            """
            [{"Id": "sha256:\(id)", "Architecture": "amd64", "RepoTags": ["localhost/py:1"], "RepoDigests": [
              "registry.org/py@sha256:\(one)", "registry.org/py@sha256:\(two)", "other.org/py@sha256:\(two)"]}]
            """
            .utf8
        )
        let image = try #require(InspectedImage.first(in: json)?.image)
        #expect(image.id.description == id)
        #expect(image.name == "sha256:\(id)")
        let manifest = try #require(Digest(two))
        #expect(image.manifests == ["other.org/py": manifest])
        #expect(InspectedImage.first(in: Array("[]".utf8)) == nil)
    }

    @Test func `names are looked up in the engines' own lists`() {
        let podman =
            #"[{"id":"\#(id)","digest":"sha256:\#(one)","names":["localhost/bb:1","localhost/x:2"]},{"id":"\#(two)"}]"#
        #expect(PodmanReply.id(of: "localhost/x:2", in: Array(podman.utf8))?.description == id)
        #expect(PodmanReply.id(of: "localhost/x:3", in: Array(podman.utf8)) == nil)
        #expect(PodmanReply.id(of: "x", in: Array("no json".utf8)) == nil)
        let docker =
            #"{"Repositories":{"localhost/py":{"localhost/py:1":"sha256:\#(one)"},"a":{"a:1":"sha256:\#(two)"}}}"#
        #expect(DockerReply.id(of: "localhost/py:1", in: Array(docker.utf8))?.description == one)
        #expect(DockerReply.id(of: "localhost/py:2", in: Array(docker.utf8)) == nil)
    }

    @Test func `ids are found among what an engine prints`() {
        let text = "STEP 2/2: RUN x\nCOMMIT localhost/x:1\n--> 758e81c8ce1\nSuccessfully tagged localhost/x:1\n\(id)\n"
        #expect(PodmanReply.lastID(text)?.description == id)
        #expect(PodmanReply.lastID("Trying to pull x\n") == nil)
        #expect(PodmanReply.loaded("Loaded image: localhost/py:1\n") == ["localhost/py:1"])
        #expect(
            PodmanReply.loaded("Loaded image(s): localhost/py:1,localhost/py:2\n") == [
                "localhost/py:1", "localhost/py:2",
            ]
        )
        #expect(PodmanReply.loaded("Loaded image ID: sha256:\(id)\n") == ["sha256:\(id)"])
        let push = "The push refers to repository [127.0.0.1:5050/a]\n1: digest: sha256:\(one) size: 528\n"
        #expect(DockerReply.pushed(push)?.description == one)
    }
}
