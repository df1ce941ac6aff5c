import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseTracking
import RepriseYAML

/// An `mlruns` folder: experiments by id, runs below them, a file for each parameter, tag and metric.
///
/// As MLflow's own file store reads it (`mlflow/store/tracking/file_store.py`).
package struct MLflowFolder: HistorySource {
    package let place: String
    let files: any FileSystem
    private static let trash = ".trash"
    private static let registry = "models"

    /// Throws where the folder holds no history.
    package init(_ folder: String, files: any FileSystem) throws {
        place = folder
        self.files = files
        guard try files.isFolder(folder) else {
            throw Mistake("`\(folder)` is no folder", fix: "name the folder `mlruns`", code: "not-mlflow")
        }
        let children = try folders(in: folder)
        if try !children.contains(where: { try files.exists("\(folder)/\($0)/meta.yaml") }),
            !children.contains(Self.trash)
        {
            let inner = try files.isFolder(folder + "/mlruns") ? folder + "/mlruns" : nil
            throw Mistake(
                "`\(folder)` holds no experiments of MLflow",
                why: "no folder in it has a `meta.yaml`",
                fix: inner.map { "did you mean `\($0)`?" } ?? "name the folder `mlruns` that `mlflow` made",
                code: "not-mlflow"
            )
        }
    }

    package func projects() throws -> HistoryPage<HistoryProject> {
        var page = HistoryPage<HistoryProject>()
        for (below, isDeleted) in [("", false), (Self.trash + "/", true)] {
            for name in try folders(in: place + "/" + below) where name != Self.trash && name != Self.registry {
                let folder = "\(place)/\(below)\(name)"
                guard try files.exists(folder + "/meta.yaml") else { continue }
                do {
                    page.items.append(try project(folder, below + name, isDeleted))
                } catch {
                    page.faults.append("the experiment in `\(folder)` was left out: \(error.reading)")
                }
            }
        }
        return page
    }

    private func project(_ folder: String, _ id: String, _ isDeleted: Bool) throws -> HistoryProject {
        let meta = try self.meta(folder)
        guard let name = meta.text("name") else { throw Mistake("`meta.yaml` names no experiment", code: "damaged") }
        return HistoryProject(
            id: id,
            name: name,
            createdAt: meta.integer("creation_time"),
            updatedAt: meta.integer("last_update_time"),
            isDeleted: isDeleted || meta.text("lifecycle_stage") == "deleted",
            tags: try texts(below: folder + "/tags")
        )
    }

    package func runCount(of projects: [HistoryProject]) throws -> Int? {
        try projects.reduce(0) { $0 + (try runFolders(place + "/" + $1.id).count) }
    }

    private func runFolders(_ project: String) throws -> [String] {
        try folders(in: project).filter { !["tags", "datasets", "traces", "models"].contains($0) }
    }

    package func runs(of project: HistoryProject, after mark: String?) throws -> HistoryPage<HistoryRun> {
        let folder = place + "/" + project.id
        let names = try runFolders(folder)
        let start = mark.flatMap(Int.init) ?? 0
        var page = HistoryPage<HistoryRun>()
        for name in names.dropFirst(start).prefix(64) {
            let place = "\(folder)/\(name)"
            guard try files.exists(place + "/meta.yaml") else {
                page.faults.append("`\(place)` was left out: it has no `meta.yaml`")
                continue
            }
            do {
                page.items.append(try run(place, project: folder, id: name))
            } catch {
                page.faults.append("the run in `\(place)` was left out: \(error.reading)")
            }
        }
        if start + 64 < names.count { page.next = String(start + 64) }
        return page
    }

    private func run(_ folder: String, project: String, id: String) throws -> HistoryRun {
        let meta = try self.meta(folder)
        let status = meta.text("status") ?? "RUNNING"
        guard let state = RunState(mlflow: status) else {
            throw Mistake("`meta.yaml` has the status `\(status)`", code: "damaged")
        }
        var run = HistoryRun(id: meta.text("run_id") ?? meta.text("run_uuid") ?? id, state: state)
        run.user = meta.text("user_id")
        run.startedAt = meta.integer("start_time")
        run.endedAt = meta.integer("end_time")
        run.isDeleted = meta.text("lifecycle_stage") == "deleted"
        run.parameters = try texts(below: folder + "/params")
        run.tags = try texts(below: folder + "/tags")
        run.name = run.tags["mlflow.runName"] ?? meta.text("run_name") ?? meta.text("name")
        run.artifacts = try files.isFolder(folder + "/artifacts") ? folder + "/artifacts" : meta.text("artifact_uri")
        run.place = folder
        let series = try metricFiles(folder)
        run.pointMark = try series.map { "\($0.name) \(try files.status($0.path)?.bytes ?? 0)" }.joined(separator: "\n")
        try addLineage(to: &run, folder, project: project)
        return run
    }

    private func addLineage(to run: inout HistoryRun, _ folder: String, project: String) throws {
        for name in try folders(in: folder + "/inputs") {
            let input = try meta("\(folder)/inputs/\(name)")
            guard let source = input.text("source_id") else { continue }
            if input.text("source_type") != "DATASET" {
                run.modelInputs.append(source)
            } else if let dataset = try? meta("\(project)/datasets/\(source)") {
                run.datasets.append(self.dataset(dataset, tags: input["tags"]?.mapValue ?? [:]))
            }
        }
        for name in try folders(in: folder + "/outputs") {
            let output = try meta("\(folder)/outputs/\(name)")
            if let model = output.text("destination_id") { run.modelOutputs[model] = output.integer("step") ?? 0 }
        }
    }

    private func dataset(_ meta: Mapping, tags: Mapping) -> HistoryDataset {
        HistoryDataset(
            name: meta.text("name") ?? "",
            digest: meta.text("digest") ?? "",
            sourceType: meta.text("source_type") ?? "",
            source: meta.text("source") ?? "",
            schema: meta.text("schema"),
            profile: meta.text("profile"),
            tags: tags.reduce(into: [:]) { $0[$1.key] = $1.value.text }
        )
    }

    package func points(of run: HistoryRun, after mark: String?) throws -> HistoryPage<MetricColumn> {
        // `3 4194304`: the number of the file, and the byte in it.
        let parts = (mark ?? "0 0").split(separator: " ").compactMap { Int64($0) }
        let series = try metricFiles(run.place)
        var page = HistoryPage<MetricColumn>()
        var index = Int(parts.first ?? 0)
        var offset = parts.last ?? 0
        var budget = 4 << 20
        while index < series.count {
            if budget <= 0 {
                page.next = "\(index) \(offset)"
                break
            }
            var lines = MLflowMetricLines(key: series[index].name)
            let bytes = try files.read(series[index].path, offset: offset, count: 4 << 20)
            let taken = lines.take(bytes, isEnd: bytes.count < 4 << 20)
            if !lines.column.points.isEmpty { page.items.append(lines.column) }
            if let fault = lines.fault {
                page.faults.append(
                    "`\(series[index].path)`: \(lines.faults) lines were left out, the first: `\(fault)`"
                )
            }
            budget -= max(taken, 4096)
            offset += Int64(taken)
            if taken == 0 || bytes.count < 4 << 20 { (index, offset) = (index + 1, 0) }
        }
        return page
    }

    package func models(of project: HistoryProject, after mark: String?) throws -> HistoryPage<HistoryModel> {
        var page = HistoryPage<HistoryModel>()
        let folder = "\(place)/\(project.id)/models"
        for name in try folders(in: folder) where try files.exists("\(folder)/\(name)/meta.yaml") {
            do {
                page.items.append(try MLflowFolderModel(folder: self).model("\(folder)/\(name)", id: name))
            } catch {
                page.faults.append("the model in `\(folder)/\(name)` was left out: \(error.reading)")
            }
        }
        return page
    }

    package func registeredModels(after mark: String?) throws -> HistoryPage<HistoryRegisteredModel> {
        var page = HistoryPage<HistoryRegisteredModel>()
        let folder = "\(place)/\(Self.registry)"
        for name in try folders(in: folder) where try files.exists("\(folder)/\(name)/meta.yaml") {
            do {
                page.items.append(try MLflowFolderModel(folder: self).registered("\(folder)/\(name)", name: name))
            } catch {
                page.faults.append("the registered model in `\(folder)/\(name)` was left out: \(error.reading)")
            }
        }
        return page
    }
}

extension MLflowFolder {
    func folders(in folder: String) throws -> [String] {
        guard try files.isFolder(folder) else { return [] }
        return try files.entries(in: folder, limit: .max).filter { $0.kind == .folder }.map(\.name).sorted()
    }

    func meta(_ folder: String) throws -> Mapping {
        let path = folder + "/meta.yaml"
        let value = try YAMLReader(knownTags: []).read(files.read(path, limit: 8 << 20), file: path)?.value
        guard let meta = value?.mapValue else { throw Mistake("`meta.yaml` holds no map", code: "damaged") }
        return meta
    }

    /// The files below the folder, by their path below it: names may hold slashes.
    func contents(below folder: String) throws -> [(name: String, path: String)] {
        var found: [(name: String, path: String)] = []
        var open = [""]
        while let below = open.popLast() {
            let path = below.isEmpty ? folder : folder + "/" + below
            guard try files.isFolder(path) else { continue }
            for entry in try files.entries(in: path, limit: .max) {
                let name = below.isEmpty ? entry.name : below + "/" + entry.name
                if entry.kind == .folder { open.append(name) } else { found.append((name, folder + "/" + name)) }
            }
        }
        return found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    func texts(below folder: String) throws -> [String: String] {
        try contents(below: folder).reduce(into: [:]) { $0[$1.name] = try files.text($1.path) }
    }

    fileprivate func metricFiles(_ run: String) throws -> [(name: String, path: String)] {
        try contents(below: run + "/metrics")
    }
}

extension Mapping {
    /// The value as text; nil where there is none.
    func text(_ name: String) -> String? {
        switch self[name] {
        case nil, .null: nil
        case let value?: value.text
        }
    }

    func integer(_ name: String) -> Int64? { text(name).flatMap { Int64($0) } }
}

extension Error {
    /// What was wrong, for a report of what was left out.
    package var reading: String {
        guard let error = self as? any RepriseError else { return "\(self)" }
        return [error.what, error.why].compactMap { $0 }.joined(separator: ": ")
    }
}
