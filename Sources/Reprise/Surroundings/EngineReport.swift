import RepriseImages
import RepriseModel
import RepriseSite
import RepriseSystem

/// What one container engine of this machine is and can do, as it says now.
public struct EngineReport: Hashable, Sendable {
    /// `podman`, `docker`, `apptainer`.
    public var name: String
    public var version: String
    /// It runs without root's rights.
    public var isRootless: Bool
    /// 1 or 2.
    public var cgroups: Int
    /// Whether the engine itself holds containers to their limits. Where it does not, Reprise watches the memory, and
    /// processors are what the program is told.
    public var limitsMemory: Bool
    public var limitsProcessors: Bool
    /// It can mount no image here, and unpacks one for every container.
    public var unpacksImages: Bool
    /// How containers come to the GPUs of this machine, in words; nil where it has none, or they do not.
    public var gpus: String?

    init(_ kind: EngineKind, _ facts: EngineFacts) {
        name = kind.rawValue
        version = facts.version
        isRootless = facts.isRootless
        cgroups = facts.cgroups
        limitsMemory = facts.limitsMemory
        limitsProcessors = facts.limitsProcessors
        unpacksImages = facts.unpacksImages
    }

    /// `podman 4.3.1, rootless, cgroups v1, limits by Reprise: memory`.
    public var words: String {
        let limits = [("memory", limitsMemory), ("processors", limitsProcessors)]
        let kept = limits.filter(\.1).map(\.0).joined(separator: " and ")
        var parts = ["\(name) \(version)", isRootless ? "rootless" : "as root", "cgroups v\(cgroups)"]
        if !kept.isEmpty { parts.append("limits \(kept)") }
        if !limitsMemory { parts.append("Reprise watches memory") }
        if !limitsProcessors { parts.append("nothing limits processors") }
        if unpacksImages { parts.append("unpacks images for seconds, without squashfuse and /dev/fuse") }
        if let gpus { parts.append("GPUs by \(gpus)") }
        return parts.joined(separator: ", ")
    }
}

/// Asks engines anew what they are, and looks at what they need of the machine.
struct EngineExamination {
    let search: EngineSearch
    let surroundings: EngineSurroundings
    /// The GPUs of this machine.
    let gpus: [Int]
    /// There is a store that may remember what engines told.
    let hasStore: Bool

    /// The first that works, and what is amiss with it though it works; throws what keeps the first that is here.
    func first(of kinds: [EngineKind]) async throws -> (report: EngineReport, remarks: [TargetReport.Problem]) {
        var reason: (any Error)?
        for kind in kinds {
            do { return try await look(at: kind) } catch EngineError.missing { continue } catch {
                reason = reason ?? error
            }
        }
        throw reason ?? (kinds.count == 1 ? EngineError.missing(kinds[0]) : EngineError.noneFound(kinds))
    }

    func look(at kind: EngineKind) async throws -> (report: EngineReport, remarks: [TargetReport.Problem]) {
        let engine = try search.engine(kind)
        // What is asked about now may have changed since it was last told.
        if hasStore { search.forget(engine) }
        let facts = try await engine.facts()
        var report = EngineReport(kind, facts)
        var remarks = surroundings.remarks(on: kind, isRootless: facts.isRootless)
        if !gpus.isEmpty {
            report.gpus = surroundings.gpuAccess(of: kind)
            if report.gpus == nil { remarks.append(surroundings.noGPUs(for: kind, count: gpus.count)) }
        }
        return (report, remarks)
    }
}

extension TargetReport.Problem {
    init(_ error: any Error) {
        let known = error as? any RepriseError
        self.init(
            what: [known?.what ?? "\(error)", known?.why].compactMap { $0 }.joined(separator: ": "),
            fix: known?.fix
        )
    }
}
