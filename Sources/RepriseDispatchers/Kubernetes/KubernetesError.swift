import RepriseDispatch
import RepriseModel

/// What Kubernetes refuses, in words for a person. `words` are its own.
package enum KubernetesError: EngineAway, Hashable {
    case missing(program: String)
    case noConfiguration(words: String)
    case badConfiguration(words: String)
    case noContext(String?, known: [String])
    case noNamespace(String)
    /// `namespace` as the target names it.
    case notPermitted(words: String, namespace: String? = nil)
    case unauthorized(words: String)
    case noClaim(String)
    case noAccount(String)
    case overQuota(words: String)
    case invalid(words: String)
    case down(words: String)
    case noImage(job: String)
    case noParcel(job: String)
    case network(job: String)
    case outsideVolume(path: String, volume: String)
    case badSetting(String, value: String, expected: String)
    case tooLarge(what: String, bytes: Int64, most: Int64)
    case other(command: String, words: String)
}

extension KubernetesError {
    /// The cluster does not answer, and nobody knows whether it has taken a job.
    package var isAway: Bool { if case .down = self { true } else { false } }

    /// The cluster or the way to it is at fault, or what this machine knows of this user, and not what was asked: it may
    /// succeed whenever somebody has mended that.
    var isPassing: Bool {
        switch self {
        case .down, .unauthorized, .notPermitted, .noConfiguration, .badConfiguration, .noContext: true
        default: false
        }
    }

    /// The cluster has taken no job, and will not.
    var isCertain: Bool {
        switch self {
        case .down, .other: false
        default: true
        }
    }

    package var what: String {
        switch self {
        case .missing(let program): "cannot find `\(program)` on this machine"
        case .noConfiguration: "`kubectl` knows no cluster"
        case .badConfiguration: "`kubectl` cannot read its configuration"
        case .noContext(let name?, _): "`kubectl` has no context `\(name)`"
        case .noContext(nil, _): "`kubectl` has no context"
        case .noNamespace(let name): "the cluster has no namespace `\(name)`"
        case .notPermitted(_, let namespace?):
            "the cluster does not let this user do that in the namespace `\(namespace)`"
        case .notPermitted(_, nil): "the cluster does not let this user do that"
        case .unauthorized: "the cluster does not know this user"
        case .noClaim(let name): "the namespace has no PersistentVolumeClaim `\(name)`"
        case .noAccount(let name): "the namespace has no service account `\(name)`"
        case .overQuota: "the namespace's quota takes no more jobs"
        case .invalid: "the cluster does not take the job"
        case .down: "the cluster does not answer"
        case .noImage(let job): "\(job) names no image, and every job of Kubernetes is executed in one"
        case .noParcel(let job): "\(job) was prepared without what must be carried to the cluster"
        case .network(let job): "\(job) is to have no network, and a cluster fences those of pods itself"
        case .outsideVolume(let path, let volume): "`\(path)` does not lie in `\(volume)`, which is what the jobs see"
        case .badSetting(let name, let value, _): "`\(value)` is no `\(name)`"
        case .tooLarge(let what, let bytes, let most):
            "\(what) is \(Quantities.text(bytes: bytes)), and at most \(Quantities.text(bytes: most)) can be carried"
        case .other(let command, _): "`kubectl \(command)` failed"
        }
    }

    package var why: String? {
        switch self {
        case .noConfiguration(let words), .badConfiguration(let words), .notPermitted(let words, _),
            .unauthorized(let words), .overQuota(let words), .invalid(let words), .down(let words),
            .other(_, let words):
            words.isEmpty ? nil : words
        case .noContext(_, let known) where !known.isEmpty:
            "it has " + known.map { "`\($0)`" }.joined(separator: ", ")
        default: nil
        }
    }

    package var fix: String? {
        switch self {
        case .missing: "install `kubectl`, or put the folder that holds it into PATH"
        case .noConfiguration: "set KUBECONFIG, or write `~/.kube/config`; `kubectl config view` shows what it finds"
        case .noContext(let name, let known):
            name.flatMap { nearestName(to: $0, among: known) }.map { "did you mean `\($0)`?" }
                ?? "`kubectl config get-contexts` lists them; the target's `context` names one"
        case .noNamespace: "`kubectl get namespaces` lists them; the target's `namespace` names one"
        case .badConfiguration: "correct it, or let KUBECONFIG name another; `kubectl config view` reads it"
        case .notPermitted(_, let namespace):
            (namespace.map { "check that `\($0)` is its name; " } ?? "")
                + "docs/kubernetes.md has the role that Reprise needs; `kubectl auth can-i --list` tells what one has"
        case .unauthorized: "log in again as your cluster wants it; `kubectl auth can-i --list` tells when it knows you"
        case .noClaim: "`kubectl get persistentvolumeclaims` lists them; the target's `volume` names one"
        case .noAccount: "`kubectl get serviceaccounts` lists them; the target's `service-account` names one"
        case .overQuota:
            "the runs stay queued; run the command again when others have ended, or set the target's `slots`"
        case .invalid, .other, .noParcel: nil
        case .down: "jobs that run go on; `kubectl get --raw /readyz` tells when it answers again"
        case .noImage: "say `environment: {image: …}` in the experiment, or set the target's `image`"
        case .network: "take `network: none` out of the experiment's `environment`, or run on another target"
        case .outsideVolume:
            "keep the project and its data below that folder, or take away the target's `volume` so that files are carried"
        case .badSetting(let name, _, let expected): "write the target's `\(name)` as \(expected)"
        case .tooLarge:
            "set the target's `volume` to a claim that this machine shares, put the files into the image, or ignore them by `.gitignore`"
        }
    }

    package var code: String {
        switch self {
        case .missing: "kubernetes-missing"
        case .noConfiguration: "kubernetes-no-configuration"
        case .badConfiguration: "kubernetes-bad-configuration"
        case .noContext: "kubernetes-no-context"
        case .noNamespace: "kubernetes-no-namespace"
        case .notPermitted: "kubernetes-not-permitted"
        case .unauthorized: "kubernetes-unauthorized"
        case .noClaim: "kubernetes-no-claim"
        case .noAccount: "kubernetes-no-account"
        case .overQuota: "kubernetes-quota"
        case .invalid: "kubernetes-invalid"
        case .down: "kubernetes-down"
        case .noImage: "kubernetes-no-image"
        case .noParcel: "kubernetes-no-parcel"
        case .network: "kubernetes-network"
        case .outsideVolume: "kubernetes-outside-volume"
        case .badSetting: "kubernetes-setting"
        case .tooLarge: "kubernetes-too-large"
        case .other: "kubernetes-error"
        }
    }

    package var fault: Fault {
        switch self {
        case .overQuota, .down, .other: .world
        case .noParcel: .bug
        default: .usage
        }
    }
}
