import RepriseModel

/// What an engine or a registry refuses, in words for a person. `words` are the engine's own last lines.
package enum EngineError: RepriseError, Hashable {
    /// Its program is not in PATH.
    case missing(EngineKind)
    /// None of those that would do is in PATH.
    case noneFound([EngineKind])
    case daemonDown(EngineKind, words: String)
    case noPermission(EngineKind, words: String)
    case noUserNamespaces(EngineKind, words: String)
    /// The user has no ranges in /etc/subuid and /etc/subgid.
    case noUserRanges(EngineKind, words: String)
    case imageMissing(String, words: String)
    case digestMismatch(String, expected: String, found: String)
    case loginMissing(host: String, EngineKind)
    case unreachable(host: String, words: String)
    case diskFull(during: String, words: String)
    case wrongArchitecture(String, image: String, machine: String)
    case recipeFailed(String, log: String, words: String)
    /// A file that is no image, or not whole.
    case damaged(String, words: String)
    /// Nothing in the image can execute a script.
    case noShell(String)
    /// Anything else that a command of the engine answered.
    case refused(command: String, status: Int, words: String)
}

extension EngineError {
    package var what: String {
        switch self {
        case .missing(let engine): "cannot find `\(engine.rawValue)` on this machine"
        case .noneFound(let engines):
            "there is no container engine on this machine: no \(engines.map { "`\($0.rawValue)`" }.joined(separator: ", "))"
        case .daemonDown(let engine, _): "the daemon of `\(engine.rawValue)` does not answer"
        case .noPermission(let engine, _): "this user may not use `\(engine.rawValue)`"
        case .noUserNamespaces(let engine, _):
            "`\(engine.rawValue)` needs user namespaces, and this machine has them off"
        case .noUserRanges(let engine, _): "`\(engine.rawValue)` has no user ids to lend to containers of this user"
        case .imageMissing(let image, _): "there is no image `\(image)`"
        case .digestMismatch(let image, _, _): "the image `\(image)` is not the one that was frozen"
        case .loginMissing(let host, _): "the registry `\(host)` wants a login"
        case .unreachable(let host, _): "cannot reach the registry `\(host)`"
        case .diskFull(let work, _): "the disk is full: cannot \(work)"
        case .wrongArchitecture(let image, let its, let machine):
            "the image `\(image)` is made for \(its), and this machine is \(machine)"
        case .recipeFailed(let recipe, _, _): "building `\(recipe)` failed"
        case .damaged(let image, _): "`\(image)` is no image, or a damaged one"
        case .noShell(let image): "the image `\(image)` has no `/bin/sh`"
        case .refused(let command, let status, _): "`\(command.prefix(200))` ended with status \(status)"
        }
    }

    package var why: String? {
        switch self {
        case .missing, .noneFound, .loginMissing, .wrongArchitecture: nil
        case .noShell: "every run is begun by a POSIX shell script"
        case .digestMismatch(_, let expected, let found): "expected \(expected), found \(found)"
        case .daemonDown(_, let words), .noPermission(_, let words), .noUserNamespaces(_, let words),
            .noUserRanges(_, let words), .imageMissing(_, let words), .unreachable(_, let words),
            .diskFull(_, let words),
            .recipeFailed(_, _, let words), .damaged(_, let words), .refused(_, _, let words):
            words.isEmpty ? nil : words
        }
    }

    package var fix: String? {
        switch self {
        case .missing(let engine): "install \(engine.rawValue), or put the folder that holds it into PATH"
        case .noneFound: "install Podman, Docker or Apptainer; `reprise target check` tells what works"
        case .daemonDown: "start it (`sudo systemctl start docker`), or set DOCKER_HOST to where it listens"
        case .noPermission: "join the group `docker` and log in again, or use `engine: podman`, which needs no rights"
        case .noUserNamespaces:
            "as root: `sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000`, or run as root"
        case .noUserRanges:
            "as root: `usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER`; then `podman system migrate`"
        case .imageMissing: "check its name, or give its registry; `reprise image list` shows what is here"
        case .digestMismatch:
            "bring the image back (`reprise image keep` would have kept it), or freeze anew with `reprise image pull --update`"
        case .loginMissing(let host, .apptainer): "run `apptainer registry login --username NAME docker://\(host)`"
        case .loginMissing(let host, let engine): "run `\(engine.rawValue) login \(host)`"
        case .unreachable: "check the name of the registry and the network; an image that was kept needs neither"
        case .diskFull: "free some space; `reprise gc` and `reprise image list` show what Reprise keeps"
        case .wrongArchitecture: "choose an image for this machine, or run on a target that has such processors"
        case .recipeFailed(_, let log, _): "all of its log is in \(log)"
        case .damaged:
            "fetch or build it again; `apptainer inspect` and `podman image inspect` tell what is in an image"
        case .noShell: "choose an image with a shell, or build one from it that adds a static `busybox`"
        case .refused: nil
        }
    }

    package var code: String {
        switch self {
        case .missing, .noneFound: "engine-missing"
        case .daemonDown: "engine-daemon"
        case .noPermission: "engine-permission"
        case .noUserNamespaces: "user-namespaces"
        case .noUserRanges: "user-ranges"
        case .imageMissing: "image-missing"
        case .digestMismatch: "image-changed"
        case .loginMissing: "registry-login"
        case .unreachable: "registry-unreachable"
        case .diskFull: "disk-full"
        case .wrongArchitecture: "wrong-architecture"
        case .recipeFailed: "build-failed"
        case .damaged: "image-damaged"
        case .noShell: "image-without-shell"
        case .refused: "engine-refused"
        }
    }

    package var fault: Fault {
        switch self {
        case .daemonDown, .unreachable, .diskFull, .refused: .world
        default: .usage
        }
    }
}
