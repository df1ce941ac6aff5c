import RepriseModel
import RepriseSystem
import Synchronization

/// Whether a line of an engine is worth showing while it works: what it complains of comes again with its failure.
func isNews(_ line: String) -> Bool {
    !line.hasPrefix("Error") && !line.contains("level=warning") && !line.contains("level=error")
}

/// How much of an image has come while an engine fetches it, seen from outside: engines tell it to terminals only.
final class FetchGauge: Sendable {
    private let folder: String
    private let expected: RegistryImage?
    private let files: any FileSystem
    private let progress: @Sendable (ImageProgress) -> Void
    private let done = Mutex<Int64>(0)

    /// `folder` is where the engine puts what it fetches, if it does.
    init(
        folder: String,
        expected: RegistryImage?,
        files: any FileSystem,
        progress: @escaping @Sendable (ImageProgress) -> Void
    ) {
        self.folder = folder
        self.expected = expected
        self.files = files
        self.progress = progress
    }

    /// A line of the engine. Docker tells which layer has come, by the start of its digest.
    func hear(_ line: String) {
        if isNews(line) { progress(.line(line)) }
        let parts = line.split(separator: ": ", maxSplits: 1)
        guard parts.count == 2, ["Download complete", "Already exists"].contains(String(parts[1])), let expected else {
            return
        }
        let size = expected.layers.first { $0.key.description.hasPrefix(parts[0]) }?.value ?? 0
        tell(done.withLock { $0 + size })
    }

    /// Looks into the folder four times a second while `body` goes on.
    func measuring<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        guard expected != nil else { return try await body() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                while !Task.isCancelled {
                    try await ContinuousClock().sleep(for: .milliseconds(250))
                    tell(size(of: folder, depth: 3))
                }
            }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    /// Never less than before, and never more than all of it.
    private func tell(_ bytes: Int64) {
        guard let total = expected?.bytes else { return }
        let news = done.withLock { done -> Int64? in
            guard bytes > done else { return nil }
            done = min(bytes, total)
            return done
        }
        if let news { progress(.bytes(done: news, total: total)) }
    }

    private func size(of folder: String, depth: Int) -> Int64 {
        // What has gone meanwhile has no size.
        let names = (try? files.names(in: folder)) ?? []
        return names.reduce(0) { sum, name in
            guard let status = try? files.status(folder + "/" + name) else { return sum }
            if status.kind == .folder { return depth > 0 ? sum + size(of: folder + "/" + name, depth: depth - 1) : sum }
            return sum + status.bytes
        }
    }
}
