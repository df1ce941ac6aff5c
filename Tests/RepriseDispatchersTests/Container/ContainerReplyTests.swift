import RepriseImages
import Testing

@testable import RepriseDispatchers

/// The words are those of Podman 4.3 and Docker 20.10 with the client 28.2.
@Suite struct `Replies of containers` {
    static let refusals: [(kind: EngineKind, status: Int, words: String, reason: String)] = [
        (.podman, 125, "Error: localhost/nope:1: image not known\n", "there is no image `the-image`"),
        (
            .docker, 125,
            "docker: Error response from daemon: No such image: localhost/nope:1\n\nRun 'docker run --help' for more information\n",
            "there is no image `the-image`"
        ),
        (
            .podman, 127,
            "Error: runc: runc create failed: unable to start container process: exec: \"/bin/sh\": stat /bin/sh: no such file or directory: OCI runtime attempted to invoke a command that was not found\n",
            "the image has no shell: `/bin/sh` is not there"
        ),
        (
            .docker, 127,
            "docker: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"/bin/sh\": stat /bin/sh: no such file or directory: unknown\n\nRun 'docker run --help' for more information\n",
            "the image has no shell: `/bin/sh` is not there"
        ),
        (
            .docker, 126,
            "docker: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"/bin/sh\": permission denied: unknown\n",
            "the image has no shell that this user may execute"
        ),
        (
            .docker, 125,
            "docker: Cannot connect to the Docker daemon at unix:///nonexist. Is the docker daemon running?\n\nRun 'docker run --help' for more information\n",
            "the daemon of `docker` does not answer"
        ),
        (
            .docker, 125,
            "docker: permission denied while trying to connect to the Docker daemon socket at unix:///run/docker.sock: Head \"http://%2Frun%2Fdocker.sock/_ping\": dial unix /run/docker.sock: connect: permission denied\n",
            "this user may not use `docker`"
        ),
        (
            .podman, 126, "Error: setting up CDI devices: unresolvable CDI devices nvidia.com/gpu=0\n",
            "`podman` is not set up for GPUs"
        ),
        (
            .docker, 125,
            "docker: Error response from daemon: could not select device driver \"\" with capabilities: [[gpu]]\n\nRun 'docker run --help' for more information\n",
            "`docker` is not set up for GPUs"
        ),
        (
            .podman, 125,
            "Error: creating container storage: the container name \"x\" is already in use by 5a26fe. You have to remove that container to be able to reuse that name: that name is already in use\n",
            "a container of this job's name is there already"
        ),
        (
            .docker, 125,
            "docker: Error response from daemon: Conflict. The container name \"/x\" is already in use by container \"662a\". You have to remove (or rename) that container to be able to reuse that name.\n",
            "a container of this job's name is there already"
        ),
        (
            .podman, 125, "Error: statfs /nonexist: no such file or directory\n",
            "`podman` could not start the container: statfs /nonexist: no such file or directory"
        ),
        (
            .docker, 125,
            "docker: Error response from daemon: invalid mount config for type \"bind\": bind source path does not exist: /nonexist\n\nRun 'docker run --help' for more information\n",
            "`docker` could not start the container: invalid mount config for type \"bind\": bind source path does not exist: /nonexist"
        ),
        (
            .docker, 125,
            "docker: Error response from daemon: Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available\n",
            "`docker` could not start the container: Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available"
        ),
        (
            .podman, 125, "Error: unknown flag: --bogus\nSee 'podman run --help'\n",
            "`podman` could not start the container: unknown flag: --bogus"
        ),
        (
            .podman, 125, "Error: writing blob: write /var/lib/x: no space left on device\n",
            "the disk is full: cannot start a container"
        ),
        (
            .podman, 1, "exec /bin/sh: exec format error\n",
            "the image `the-image` is made for another kind of processor"
        ),
        (
            .podman, 125, "cannot clone: Operation not permitted\nError: cannot re-exec process\n",
            "`podman` needs user namespaces"
        ),
    ]

    @Test(arguments: refusals)
    func `why there is no container is told`(kind: EngineKind, status: Int, words: String, reason: String) throws {
        let told = ContainerReply.reason(kind, image: "the-image", status: status, words: words)
        #expect(told?.hasPrefix(reason) == true, "\(told ?? "")")
        #expect(told?.contains("\n") == false)
    }

    @Test func `an engine that said nothing gives no reason`() {
        #expect(ContainerReply.reason(.podman, image: "x", status: 125, words: " \n") == nil)
    }

    @Test func `where a container stands`() {
        let running = ContainerReply.state("running 4711 0 false\n")
        #expect(running?.process == 4711 && running?.hasEnded == false)
        let created = ContainerReply.state("created 0 0 false\n")
        #expect(created?.process == nil && created?.hasEnded == false)
        let exited = ContainerReply.state("exited 0 137 true\n")
        #expect(exited?.status == 137 && exited?.outOfMemory == true && exited?.hasEnded == true)
        #expect(ContainerReply.state("Error: no such container x") == nil)
        #expect(ContainerReply.state("") == nil)
    }
}
