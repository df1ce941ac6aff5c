import RepriseImages
import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseImages

/// The words are Apptainer's own, as 1.4.5 printed them.
@Suite struct `What Apptainer answers` {
    private static let registry = RegistryReference(host: "registry.example.org", path: "lab/tool", tag: "1")
    private static let pulling = "FATAL:   While pulling image from oci registry: error fetching image to cache: "
    private static let converting = "FATAL:   While performing build: conveyor failed to get: "

    private func code(_ words: String, _ errand: ApptainerErrand) -> String {
        let result = ProcessResult(status: 255, errors: Array(words.utf8))
        return ApptainerReply.error(result, command: "apptainer", for: errand).code
    }

    @Test(arguments: [
        (
            "failed to get checksum for oras://registry.example.org/lab/tool:1: GET "
                + "http://registry.example.org/v2/lab/tool/manifests/1: UNAUTHORIZED: authentication required; "
                + "[map[Action:pull Class: Name:lab/tool Type:repository]]", "registry-login"
        ),
        (
            "failed to get checksum for oras://registry.example.org/lab/tool:1: GET "
                + "http://registry.example.org/v2/lab/tool/manifests/1: MANIFEST_UNKNOWN: manifest unknown; map[Tag:1]",
            "image-missing"
        ),
        (
            "failed to get checksum for oras://registry.example.org/lab/tool:1: Get \"https://registry.example.org/v2/\": "
                + "dial tcp 127.0.0.1:5999: connect: connection refused", "registry-unreachable"
        ),
        ("unable to Download Image: write image.sif: no space left on device", "disk-full"),
    ])
    func `a registry's refusals are told apart`(words: String, code: String) {
        for start in [Self.pulling, Self.converting] {
            #expect(self.code("INFO:    Downloading oras image\n" + start + words, .pull(Self.registry)) == code)
        }
    }

    @Test func `a login that is missing is told when something is sent`() {
        let words = """
            FATAL:   Unable to push image to oci registry: HEAD http://registry.example.org/v2/lab/tool/manifests/1: \
            unexpected status code 401 Unauthorized (HEAD responses have no body, use GET for details)
            """
        #expect(code(words, .push(Self.registry)) == "registry-login")
    }

    @Test(arguments: [
        (
            "\u{1B}[91mERROR  : Failed to create user namespace: maximum number of user namespaces exceeded, check "
                + "/proc/sys/user/max_user_namespaces\n\u{1B}[0m", "user-namespaces"
        ),
        ("FATAL:   stat /bin/sh: no such file or directory\n", "image-without-shell"),
        (
            "FATAL:   While checking container encryption: could not open image tool.sif: the image's architecture "
                + "(arm64) could not run on the host's (amd64)\n", "wrong-architecture"
        ),
        (
            "FATAL:   While checking container encryption: could not open image tool.sif: while checking system "
                + "partition header: error while checking squashfs header: while parsing squashfs super block: not a "
                + "valid squashfs image\n", "image-damaged"
        ),
        (
            "FATAL:   While checking container encryption: could not open image tool.sif: image format not recognized\n",
            "image-damaged"
        ),
        (
            "FATAL:   container creation failed: image driver mount failure: image driver squashfuse_ll instance exited "
                + "with error: squashfuse_ll exited: Something went wrong trying to read the squashfs image.\n",
            "image-damaged"
        ),
        (
            "FATAL:   container creation failed: mount hook function failure: mount /proc/self/fd/3->/session/rootfs "
                + "error: while mounting image /proc/self/fd/3: kernel reported a bad superblock for squashfs image "
                + "partition, possible causes are that your kernel doesn't support the compression algorithm or the "
                + "image is corrupted\n", "image-damaged"
        ),
        (
            "FATAL:   container creation failed: mount hook function failure: mount /proc/self/fd/4->/session/rootfs "
                + "error: while mounting image /proc/self/fd/4: failed to find loop device: unexpected EOF\n",
            "engine-refused"
        ),
        (
            "FATAL:   container creation failed: while applying cgroups config: cannot use cgroups - system is not "
                + "configured for cgroups v2 in unified mode\n", "engine-refused"
        ),
    ])
    func `why a container does not begin is told apart`(words: String, code: String) {
        #expect(self.code(words, .execute(image: "tool.sif")) == code)
        #expect(ApptainerReply.refusal(words, image: "tool.sif")?.code == code)
    }

    @Test func `reasons are told without marks, colours and what was only remarked`() {
        let words = """
            INFO:    fuse2fs not found, will not be able to mount EXT3 filesystems
            \u{1B}[91mERROR  : Requesting capability set 0x000001ffffffffff while permitted capability set is 0x000001fffeffffff
            \u{1B}[0mFATAL:   While performing build: while running engine: while running %post section: exit status 1
            """
        #expect(
            ApptainerReply.lastWords(words) == """
                Requesting capability set 0x000001ffffffffff while permitted capability set is 0x000001fffeffffff
                       While performing build: while running engine: while running %post section: exit status 1
                """
        )
        #expect(ApptainerReply.lacksCapabilities(words))
    }

    @Test func `the architecture of a foreign image is told`() {
        let words =
            "FATAL:   could not open image x.sif: the image's architecture (arm64) could not run on the host's (amd64)"
        guard case .wrongArchitecture("x.sif", "arm64", _) = ApptainerReply.refusal(words, image: "x.sif") else {
            Issue.record("\(String(describing: ApptainerReply.refusal(words, image: "x.sif")))")
            return
        }
    }

    @Test func `a recipe that fails shows its last lines`() {
        let words = """
            INFO:    Running post scriptlet
            + echo before
            + ls /nope
            ls: /nope: No such file or directory
            FATAL:   While performing build: while running engine: while running %post section: exit status 1
            """
        let result = ProcessResult(status: 255, errors: Array(words.utf8))
        let error = ApptainerReply.error(result, command: "apptainer", for: .build(recipe: "tool.def"))
        #expect(error.code == "build-failed")
        #expect(error.why?.contains("ls: /nope: No such file or directory") == true)
        #expect(error.why?.contains("INFO") == false)
    }

    @Test func `a program's own failure is no refusal`() {
        let remarks = "INFO:    gocryptfs not found\nWARNING: passwd file doesn't exist in container, not updating\n"
        #expect(!ApptainerReply.isRefusal(ProcessResult(status: 255, errors: Array(remarks.utf8))))
        #expect(ApptainerReply.refusal(remarks, image: "x") == nil)
    }

    @Test func `what cannot be mounted is told from what is damaged`() {
        let start =
            "FATAL:   container creation failed: image driver mount failure: image driver squashfuse_ll instance exited"
        #expect(ApptainerReply.cannotMount(start + " with error: squashfuse_ll exited: fuse: failed to open /dev/fuse"))
        #expect(!ApptainerReply.cannotMount(start + ": Something went wrong trying to read the squashfs image."))
        #expect(ApptainerReply.unpacked("INFO:    Converting SIF file to temporary sandbox..."))
    }

    @Test func `what it says while it works is shown without its marks`() {
        #expect(ApptainerReply.progress("INFO:    Extracting OCI image...") == "Extracting OCI image...")
        #expect(ApptainerReply.progress("INFO:    Build complete: /d/image.sif") == nil)
        #expect(ApptainerReply.progress("FATAL:   While performing build: no space left on device") == nil)
        #expect(ApptainerReply.progress("12.3MiB / 20MiB") == "12.3MiB / 20MiB")
    }

    @Test func `an old packer is noticed`() {
        #expect(ApptainerReply.cannotCompress("/usr/bin/mksquashfs: Compressor \"zstd\" is not supported!"))
        #expect(ApptainerReply.cannotCompress("Error for command \"build\": unknown flag: --mksquashfs-args"))
        #expect(ApptainerReply.version("1.4.5\n") == "1.4.5")
    }
}
