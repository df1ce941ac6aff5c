import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseTracking

extension TrackedRun {
    /// What a template of a tracker asks for.
    func word(_ word: String) -> String {
        switch word {
        case "project": project
        case "experiment": experiment
        case "name": name
        case "run": id.description
        case "launch": launch
        case "target": target
        default: ""
        }
    }
}

extension TrackerTemplate {
    func filled(for run: TrackedRun) -> String { filled(run.word) }

    /// The same as a path: what is put in stays one name of a file or folder.
    func path(for run: TrackedRun) -> String { filled { fileName(run.word($0)) } }
}

/// The text as one name of a file: without slashes and control characters, and not hidden.
func fileName(_ text: String) -> String {
    let safe = text.unicodeScalars.map { scalar -> Character in
        scalar == "/" || scalar.value < 32 || scalar.value == 127 ? "_" : Character(scalar)
    }
    let name = String(safe.prefix(120))
    if name.isEmpty { return "_" }
    return name.hasPrefix(".") ? "_" + name.dropFirst() : name
}
