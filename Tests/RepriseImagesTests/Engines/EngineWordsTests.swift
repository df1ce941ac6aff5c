import RepriseModel
import RepriseTestKit
import Testing

@testable import RepriseImages

/// What the engines really printed, each with what a person is told.
@Suite struct `Words of engines` {
    private let said: [(EngineKind, String)] = [
        (.docker, "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"),
        (
            .docker,
            "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get \"http://%2Fvar%2Frun%2Fdocker.sock/v1.50/images/x/json\": dial unix /var/run/docker.sock: connect: permission denied"
        ),
        (.docker, "[]\nError response from daemon: no such image: nope:9: No such image: nope:9"),
        (
            .docker,
            "Error response from daemon: manifest for r.org/nope:1 not found: manifest unknown: manifest unknown"
        ),
        (.docker, "Error response from daemon: Head \"http://r.org/v2/exp/bb/manifests/1\": no basic auth credentials"),
        (
            .docker,
            "Error response from daemon: Get \"http://r.org/v2/\": dial tcp 192.0.2.1:443: connect: connection refused"
        ),
        (
            .docker,
            "Error response from daemon: pull access denied for nope, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"
        ),
        (.docker, "write /scratch/GetImageBlob1: no space left on device"),
        (.docker, "no matching manifest for linux/amd64 in the manifest list entries"),
        (.podman, "Error: inspecting object: nope:9: image not known"),
        (
            .podman,
            "Trying to pull r.org/nope:1...\nError: initializing source docker://r.org/nope:1: reading manifest 1 in r.org/nope: manifest unknown: manifest unknown"
        ),
        (
            .podman,
            "Error: initializing source docker://r.org/bb:1: reading manifest 1 in r.org/bb: unauthorized: authentication required"
        ),
        (
            .podman,
            "time=\"2026-11-21T18:09:26Z\" level=warning msg=\"Failed, retrying in 1s ... (3/3)\"\nError: initializing source docker://r.org/bb:1: pinging container registry r.org: Get \"https://r.org/v2/\": dial tcp: lookup r.org: no such host"
        ),
        (
            .podman,
            "Error: writing blob: storing blob to file \"/scratch/storage1/1\": write /scratch/storage1/1: no space left on device"
        ),
        (
            .podman,
            "ERRO[0000] running `/usr/bin/newuidmap 12 0 1000 1 1 100000 65536`: newuidmap: write to uid_map failed: Operation not permitted\nError: cannot set up namespace using \"/usr/bin/newuidmap\": exit status 1"
        ),
        (.podman, "cannot clone: Operation not permitted\nError: cannot re-exec process"),
        (
            .podman,
            "cannot clone: No space left on device\nuser namespaces are not enabled in /proc/sys/user/max_user_namespaces\nError: could not get runtime: cannot re-exec process"
        ),
        (.podman, "Error: no subuid ranges found for user \"x\" in /etc/subuid"),
        (.podman, "Error: something that nobody has seen before"),
    ]

    @Test func `each is told with what mends it`() throws {
        let errand = EngineErrand(image: "r.org/x:1", host: "r.org", work: "fetch the image", architecture: "amd64")
        let text = said.map { kind, words in
            let error = EngineWords(kind: kind, errand: errand)
                .error(command: "\(kind) pull x", status: 125, words: words)
            return "\(error.code)\n\(error.description)\n"
        }
        try expectGolden(text.joined(separator: "\n"), "Engines/engine-words.txt")
    }
}
