import RepriseModel
import RepriseSystem

/// What `reprise run` would do, before it does anything: every variant with each value and the layer it came from.
public struct LaunchPlan: Sendable {
    public var experiment: String
    public var project: String
    public var target: String
    public var variants: [PlannedRun]
    /// What a person should know but need not mend, such as an environment variable that looks like a setting.
    public var warnings: [String]
    /// What the snapshot will hold, and where it comes from.
    package var source: SnapshotSource
}

/// One variant of a plan.
public struct PlannedRun: Sendable {
    public var name: String
    public var variant: Int
    public var replicate: Int
    public var parameters: [Parameter]
    public var seed: Seed
    /// Each step's command as a person would type it.
    public var commands: [String]
    /// Everything of the later `run.json` that does not depend on snapshot and launch.
    package var draft: RunDraft
}

extension Command {
    /// The command as a person would type it, with what only the job knows as shell variables.
    public var text: String {
        func word(_ pieces: [CommandPiece], quoting: Bool) -> String {
            var text = ""
            for piece in pieces {
                switch piece {
                case .text(let part): text += quoting ? shellQuoted(part) : part
                case .run(let word): text += "$\(word.variable)"
                }
            }
            return text
        }
        return switch self {
        case .list(let words): words.map { word($0, quoting: true) }.joined(separator: " ")
        case .shell(let pieces): word(pieces, quoting: false)
        }
    }
}
