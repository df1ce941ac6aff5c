import RepriseImages
import RepriseModel
import RepriseSystem

/// What engines need of the machine around them, beside themselves. Reads files, starts nothing.
struct EngineSurroundings {
    let files: any FileSystem
    let user: Int
    /// Whether a program of that name can be found.
    let hasProgram: (String) -> Bool

    /// What will go wrong sooner or later though the engine answers.
    func remarks(on kind: EngineKind, isRootless: Bool) -> [TargetReport.Problem] {
        switch kind {
        case .podman: isRootless && user != 0 ? rootlessPodman : []
        case .apptainer: user != 0 ? rootlessApptainer : []
        case .docker: []
        }
    }

    private var rootlessPodman: [TargetReport.Problem] {
        var remarks: [TargetReport.Problem] = []
        for program in ["newuidmap", "newgidmap"] where !hasProgram(program) {
            remarks.append(.init(what: "cannot find `\(program)`", fix: "install the package `uidmap`"))
        }
        for file in ["/etc/subuid", "/etc/subgid"] where !hasRange(in: file) {
            let name = userName ?? String(user)
            remarks.append(
                .init(
                    what:
                        "`\(file)` has no range for the user `\(name)`: images with more than one user cannot be unpacked",
                    fix: "as root: `usermod --add-subuids 100000-165535 --add-subgids 100000-165535 \(name)`, then "
                        + "`podman system migrate`"
                )
            )
        }
        return remarks
    }

    private var rootlessApptainer: [TargetReport.Problem] {
        var remarks: [TargetReport.Problem] = []
        if let status = try? files.status("/dev/fuse") {
            if status.mode & 0o006 != 0o006 {
                remarks.append(
                    .init(
                        what: "this user may not open /dev/fuse: images are unpacked anew for each run",
                        fix: "as root: `chmod 666 /dev/fuse`"
                    )
                )
            }
        } else {
            remarks.append(
                .init(
                    what: "there is no /dev/fuse: images are unpacked anew for each run",
                    fix: "as root: `modprobe fuse`"
                )
            )
        }
        if !hasProgram("squashfuse_ll"), !hasProgram("squashfuse") {
            remarks.append(
                .init(
                    what: "cannot find `squashfuse`: images are unpacked anew for each run",
                    fix: "install the package `squashfuse`"
                )
            )
        }
        return remarks
    }

    /// Whether the kernel lets this user make user namespaces; nil where it says nothing.
    var userNamespaces: TargetReport.Problem? {
        guard user != 0 else { return nil }
        let switches = [
            ("kernel.unprivileged_userns_clone", "0", "1"), ("user.max_user_namespaces", "0", "15000"),
            ("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),
        ]
        for (name, off, on) in switches {
            let path = "/proc/sys/" + name.split(separator: ".").joined(separator: "/")
            guard let text = try? files.text(path), text.split(separator: "\n").first.map(String.init) == off else {
                continue
            }
            return .init(
                what: "this machine lets no normal user make user namespaces (`\(name)` is \(off))",
                fix: "as root: `sysctl \(name)=\(on)`"
            )
        }
        return nil
    }

    /// By what containers of that engine come to NVIDIA's GPUs.
    func gpuAccess(of kind: EngineKind) -> String? {
        switch kind {
        case .podman: hasSpecification ? "CDI" : nil
        case .docker: hasProgram("nvidia-container-runtime") ? "`--gpus`" : nil
        case .apptainer: "`--nv`"
        }
    }

    func noGPUs(for kind: EngineKind, count: Int) -> TargetReport.Problem {
        let what =
            "this machine has \(count) \(count == 1 ? "GPU" : "GPUs"), and containers of `\(kind.rawValue)` see none"
        return switch kind {
        case .podman, .apptainer:
            .init(
                what: what + ": there is no CDI specification for them",
                fix:
                    "install the NVIDIA Container Toolkit; as root: `nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml`"
            )
        case .docker:
            .init(
                what: what + ": its runtime for them is not installed",
                fix: "install the NVIDIA Container Toolkit; as root: `nvidia-ctk runtime configure --runtime=docker`"
            )
        }
    }

    private var hasSpecification: Bool {
        ["/etc/cdi", "/var/run/cdi"]
            .contains { folder in
                // A folder that is not there holds none.
                ((try? files.names(in: folder)) ?? []).contains { $0.hasPrefix("nvidia") }
            }
    }

    /// Names in the first field: the user's, or its number.
    private func hasRange(in path: String) -> Bool {
        guard let text = try? files.text(path) else { return false }
        let names = [userName, String(user)]
        return text.split(separator: "\n")
            .contains { line in
                names.contains(line.split(separator: ":", omittingEmptySubsequences: false).first.map(String.init))
            }
    }

    private var userName: String? {
        guard let text = try? files.text("/etc/passwd") else { return nil }
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            if fields.count > 2, fields[2] == String(user) { return String(fields[0]) }
        }
        return nil
    }
}
