import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseTracking

/// Files of a history through its tracking server, wherever that keeps them: `runs:/ID` and `models:/ID`.
package struct ServerArtifacts: ArtifactSource {
    /// A reply is held in memory as a whole.
    private static let largest: Int64 = 512 << 20

    private let calls: MLflowCalls
    private let files: any FileSystem

    package init(_ server: MLflowServer, files: any FileSystem) {
        calls = server.calls
        self.files = files
    }

    package func files(below root: String) async throws -> [HistoryFile] {
        var found: [HistoryFile] = []
        var open = [""]
        while let folder = open.popLast() {
            var mark: String?
            repeat {
                let reply = try await list(root, folder, after: mark)
                for item in reply.list("files") {
                    guard let map = item.mapValue, let path = map.text("path") else { continue }
                    if map["is_dir"] == .bool(true) {
                        open.append(path)
                    } else {
                        found.append(
                            HistoryFile(path: path, bytes: map.whole("file_size") ?? 0, place: place(root, path))
                        )
                    }
                }
                mark = reply.mark
            } while mark != nil
        }
        return found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private func list(_ root: String, _ folder: String, after mark: String?) async throws -> Mapping {
        let isRun = root.hasPrefix("runs:/")
        var query = isRun ? [("run_id", id(of: root))] : []
        if !folder.isEmpty { query.append((isRun ? "path" : "artifact_directory_path", folder)) }
        if let mark { query.append(("page_token", mark)) }
        let path = isRun ? "artifacts/list" : "logged-models/\(id(of: root))/artifacts/directories"
        let call = HTTPCall(.get, calls.api(path) + calls.queryText(query), login: calls.login)
        let reply: HTTPReply?
        do {
            reply = try await calls.send([call]).first
        } catch let error as Mistake where error.why?.hasPrefix("it answers 5") == true {
            // The server is there, and its own store of artifacts is not.
            throw ArtifactsUnreachable(error.why ?? error.what)
        }
        guard let reply, reply.isSuccess, let map = (try? Value(json: reply.body[...]))?.mapValue else {
            throw ArtifactsUnreachable(
                "the server answers \(reply.map { "\($0.status): \($0.text.prefix(200))" } ?? "nothing")"
            )
        }
        return map
    }

    private func id(of root: String) -> String { root.split(separator: "/").last.map(String.init) ?? root }

    private func place(_ root: String, _ path: String) -> String {
        if root.hasPrefix("runs:/") {
            return calls.base + "/get-artifact" + calls.queryText([("path", path), ("run_uuid", id(of: root))])
        }
        let query = calls.queryText([("artifact_file_path", path)])
        return "\(calls.base)/ajax-api/2.0/mlflow/logged-models/\(id(of: root))/artifacts/files\(query)"
    }

    package func fetch(_ wanted: [HistoryFile], into folder: String) async throws -> [FetchedFile] {
        var fetched: [FetchedFile] = []
        let small = wanted.filter { $0.bytes <= ServerArtifacts.largest }
        let replies = try await calls.send(
            small.map { HTTPCall(.get, $0.place, login: calls.login, limit: .seconds(3600)) }
        )
        var rest = replies[...]
        for file in wanted {
            guard file.bytes <= ServerArtifacts.largest else {
                let limit = Quantities.text(bytes: ServerArtifacts.largest)
                fetched.append(.failed("it has more than the \(limit) that a server is asked for at once"))
                continue
            }
            guard let reply = rest.popFirst() else { break }
            fetched.append(try keep(reply, file, as: "\(folder)/\(fetched.count)"))
        }
        return fetched
    }

    private func keep(_ reply: HTTPReply, _ file: HistoryFile, as path: String) throws -> FetchedFile {
        guard reply.isSuccess else { return .failed("the server answers \(reply.status)") }
        guard file.bytes == Int64(reply.body.count) || file.bytes == 0 else {
            return .failed("\(reply.body.count) of \(file.bytes) bytes came")
        }
        try files.write(reply.body, to: path)
        return .at(path)
    }
}
