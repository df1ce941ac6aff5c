import RepriseModel
import RepriseSystem

/// What travels into a pod, as names of ConfigMaps.
struct KubernetesCargo: Hashable, Sendable {
    /// The ConfigMaps with pieces of the code, in order, then those with pieces of the run's own files.
    var maps: [String]
    /// The job's folder below the run's; empty for the run's own.
    var folder: String
    var hasCode: Bool
}

/// What the containers of a pod execute whose files are carried.
enum KubernetesStagedScript {
    static let root = "/reprise/run"
    static let cargoFolder = "/reprise/cargo"
    static let place = KubernetesManifest.Volume("run", "emptyDir", [:], at: root)

    static func main(_ cargo: KubernetesCargo, time: Int64?, hasSecrets: Bool) -> String { "exit 126" }

    static func keeper(keep: Int64) -> String { "exit 0" }
}
