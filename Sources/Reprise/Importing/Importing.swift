import RepriseImports
import RepriseModel
import RepriseStore
import RepriseSystem
import RepriseTracking

extension Laboratory {
    /// Brings the history of an MLflow server, folder or database into the store.
    ///
    /// May be interrupted at any time and repeated as often as one likes: what is here already stays as it is, and what is
    /// new is added. What cannot be brought in is in the report, and stops nothing else.
    public func importMLflow(
        _ options: ImportOptions,
        progress: @escaping @Sendable (ImportReport) -> Void = { _ in }
    ) async throws -> ImportReport {
        let (source, artifacts) = try await opened(options)
        let store = options.isDryRun ? nil : try store(makingIn: folder)
        var history = HistoryImport(
            source: source,
            artifacts: artifacts,
            store: store,
            options: options,
            tell: progress
        )
        try await history.run()
        return history.report
    }

    private func opened(_ options: ImportOptions) async throws -> (any HistorySource, any ArtifactSource) {
        let text = options.source
        if text.hasPrefix("http://") || text.hasPrefix("https://") {
            let client = CurlHTTPClient(processes: world.processes, entropy: world.entropy)
            let address = MLflowAddress(text, variables: world.variables)
            let server = try await MLflowServer(address.address, login: address.login, client: client)
            return (server, ServerArtifacts(server, files: world.files))
        }
        let path = absolute(try localPath(of: text))
        let proxied = options.artifacts.map(absolute)
        guard let status = try world.files.status(path) else {
            throw Mistake(
                "there is no `\(path)`",
                fix: "give the address of a tracking server, a folder `mlruns`, or the file of its SQLite database",
                code: "source-missing"
            )
        }
        let place = RepriseSystem.folder(of: path)
        if status.kind == .folder || (status.kind == .link && (try? world.files.names(in: path)) != nil) {
            let folder = try MLflowFolder(path, files: world.files)
            return (folder, LocalArtifacts(files: world.files, folder: place, proxied: proxied))
        }
        return (try MLflowDatabase(path), LocalArtifacts(files: world.files, folder: place, proxied: proxied))
    }

    private func localPath(of text: String) throws -> String {
        if text.hasPrefix("file:") { return RepriseImports.localPath(ofURI: text) }
        if text.hasPrefix("sqlite:") {
            // `sqlite:///relative` and `sqlite:////absolute`, as SQLAlchemy has it.
            guard text.hasPrefix("sqlite:///") else {
                throw Mistake("a `sqlite:` address names no file", fix: "write `sqlite:///PATH`", code: "bad-address")
            }
            return String(text.dropFirst("sqlite:///".count).prefix { $0 != "?" })
        }
        if let scheme = text.firstRange(of: "://").map({ String(text[..<$0.lowerBound]) }) {
            throw Mistake(
                "`\(scheme):` addresses cannot be imported",
                // Not the address itself: it may hold a password.
                fix: "start `mlflow server` with it as `--backend-store-uri`, and import from its `http://` address",
                code: "bad-address"
            )
        }
        return text
    }
}
