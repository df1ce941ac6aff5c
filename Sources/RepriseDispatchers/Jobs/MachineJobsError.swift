import RepriseDispatch
import RepriseModel

/// What can go wrong when jobs are executed on this machine.
package enum MachineJobsError: RepriseError {
    case startHangs(job: JobKey, folder: String)
    /// The target executes steps in containers only, and this one names no image.
    case noImage(job: JobKey)
    /// The target executes no containers.
    case noContainers(job: JobKey)

    package var what: String {
        switch self {
        case .startHangs(let job, _): "job \(job) was started, but its script does not begin"
        case .noImage(let job): "job \(job) names no image, and its target executes containers only"
        case .noContainers(let job): "job \(job) names an image, and its target executes no containers"
        }
    }

    package var why: String? {
        switch self {
        case .startHangs(_, let folder): "`\(folder)/job.lock` is held, and `\(folder)/started` is not written"
        case .noImage, .noContainers: nil
        }
    }

    package var fix: String? {
        switch self {
        case .startHangs(_, let folder): "find out who holds it with `fuser -v \(folder)/job.lock`"
        case .noImage: "set `environment.image` in the experiment, or `image` of the target in the site file"
        case .noContainers: "choose a target of kind `process`, `container` or `apptainer`"
        }
    }

    package var code: String {
        switch self {
        case .startHangs: "start-hangs"
        case .noImage: "no-image"
        case .noContainers: "no-containers"
        }
    }

    package var fault: Fault {
        switch self {
        case .startHangs: .world
        case .noImage, .noContainers: .usage
        }
    }
}
