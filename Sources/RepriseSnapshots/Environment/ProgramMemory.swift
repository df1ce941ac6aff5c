import OrderedCollections
import RepriseModel
import RepriseSystem

/// Answers of programs, by what was asked and the state of the files that decide the answer.
struct ProgramMemory {
    private let path: String
    private var answers: Mapping
    private var isChanged = false

    init(_ path: String, _ files: any FileSystem) {
        self.path = path
        // Losing it costs a few processes.
        let bytes = (try? files.read(path, limit: 16 << 20)) ?? []
        answers = (try? Value(json: bytes[...]))?.mapValue ?? [:]
    }

    subscript(key: String) -> [String]? {
        get { answers[key]?.listValue?.compactMap(\.stringValue) }
        set {
            answers[key] = newValue.map { .list($0.map(Value.string)) }
            isChanged = true
        }
    }

    /// Keeps the latest hundred.
    mutating func save(_ files: any FileSystem) throws {
        guard isChanged else { return }
        while answers.count > 100 { answers.removeFirst() }
        try files.makeFolder(RepriseSystem.folder(of: path))
        try files.write(Value.map(answers).json(), to: path)
        isChanged = false
    }
}
