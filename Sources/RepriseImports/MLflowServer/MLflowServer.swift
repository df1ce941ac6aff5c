import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseTracking

/// A running MLflow tracking server, of whichever version from 1.x on, read through its REST API.
package struct MLflowServer: HistorySource {
    package let place: String
    let calls: MLflowCalls

    /// Throws where nobody answers there, or somebody else.
    package init(_ address: String, login: HTTPLogin, client: any HTTPClient) async throws {
        place = address
        calls = MLflowCalls(address: address, login: login, client: client)
        _ = try await projects(after: nil, count: 1)
    }

    package func projects() async throws -> HistoryPage<HistoryProject> {
        var page = HistoryPage<HistoryProject>()
        var mark: String?
        repeat {
            let reply = try await projects(after: mark, count: 1000)
            page.items += reply.list("experiments").compactMap(project)
            mark = reply.mark
        } while mark != nil
        return page
    }

    package func runCount(of projects: [HistoryProject]) -> Int? { nil }

    private func projects(after mark: String?, count: Int64) async throws -> Mapping {
        var body: Mapping = ["max_results": .integer(count), "view_type": "ALL"]
        if let mark { body["page_token"] = .string(mark) }
        if let reply = try await calls.post("experiments/search", body, isOptional: true) { return reply }
        // Before 1.28.
        return try await calls.get("experiments/list", [("view_type", "ALL")]) ?? [:]
    }

    private func project(_ value: Value) -> HistoryProject? {
        guard let map = value.mapValue, let id = map.text("experiment_id"), let name = map.text("name") else {
            return nil
        }
        return HistoryProject(
            id: id,
            name: name,
            createdAt: map.whole("creation_time"),
            updatedAt: map.whole("last_update_time"),
            isDeleted: map.text("lifecycle_stage") == "deleted",
            tags: map.pairs("tags")
        )
    }

    package func runs(of project: HistoryProject, after mark: String?) async throws -> HistoryPage<HistoryRun> {
        var body: Mapping = [
            "experiment_ids": [.string(project.id)], "run_view_type": "ALL", "max_results": 200,
            "order_by": ["attributes.start_time ASC"],
        ]
        if let mark { body["page_token"] = .string(mark) }
        let reply = try await calls.post("runs/search", body) ?? [:]
        var page = HistoryPage<HistoryRun>(next: reply.mark)
        for value in reply.list("runs") {
            guard let map = value.mapValue, let info = map["info"]?.mapValue,
                let id = info.text("run_id") ?? info.text("run_uuid")
            else { continue }
            guard let state = RunState(mlflow: info.text("status") ?? "RUNNING") else {
                page.faults.append("run `\(id)` was left out: its status is `\(info.text("status") ?? "")`")
                continue
            }
            page.items.append(run(id, state, info, map["data"]?.mapValue ?? [:], map))
        }
        return page
    }

    private func run(_ id: String, _ state: RunState, _ info: Mapping, _ data: Mapping, _ map: Mapping) -> HistoryRun {
        var run = HistoryRun(id: id, state: state)
        run.user = info.text("user_id")
        run.startedAt = info.whole("start_time")
        run.endedAt = info.whole("end_time").flatMap { $0 == 0 ? nil : $0 }
        run.isDeleted = info.text("lifecycle_stage") == "deleted"
        run.parameters = data.pairs("params")
        run.tags = data.pairs("tags")
        run.name = run.tags["mlflow.runName"] ?? info.text("run_name")
        run.artifacts = "runs:/\(id)"
        let metrics = data.list("metrics")
        run.place = metrics.compactMap { $0.mapValue?.text("key") }.joined(separator: "\n")
        run.pointMark = Value.list(metrics).canonical.json()
        let inputs = map["inputs"]?.mapValue ?? [:]
        run.datasets = inputs.list("dataset_inputs").compactMap(dataset)
        run.modelInputs = inputs.list("model_inputs").compactMap { $0.mapValue?.text("model_id") }
        for output in (map["outputs"]?.mapValue ?? [:]).list("model_outputs") {
            if let output = output.mapValue, let model = output.text("model_id") {
                run.modelOutputs[model] = output.whole("step") ?? 0
            }
        }
        return run
    }

    private func dataset(_ value: Value) -> HistoryDataset? {
        guard let input = value.mapValue, let dataset = input["dataset"]?.mapValue else { return nil }
        return HistoryDataset(
            name: dataset.text("name") ?? "",
            digest: dataset.text("digest") ?? "",
            sourceType: dataset.text("source_type") ?? "",
            source: dataset.text("source") ?? "",
            schema: dataset.text("schema"),
            profile: dataset.text("profile"),
            tags: input.pairs("tags")
        )
    }

    /// The first pages of several series travel over one connection; what they leave follows, a series at a time.
    package func points(of run: HistoryRun, after mark: String?) async throws -> HistoryPage<MetricColumn> {
        let keys = run.place.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
        // `3 token`: the number of the series, and where its next page begins.
        let parts = (mark ?? "0").split(separator: " ", maxSplits: 1).map(String.init)
        let start = parts.first.flatMap(Int.init) ?? 0
        let token = parts.count > 1 ? parts[1] : nil
        let asked = keys.dropFirst(start).prefix(token == nil ? 16 : 1)
        guard !asked.isEmpty else { return HistoryPage() }
        let replies = try await calls.get(
            "metrics/get-history",
            asked.map { key in
                let query = [("run_id", run.id), ("metric_key", key), ("max_results", "25000")]
                return token.map { query + [("page_token", $0)] } ?? query
            }
        )
        var page = HistoryPage<MetricColumn>()
        for (index, (key, reply)) in zip(asked, replies).enumerated() {
            page.items.append(MetricColumn(key: key, points: points(reply.list("metrics"))))
            if let mark = reply.mark {
                page.next = "\(start + index) \(mark)"
                return page
            }
        }
        if start + asked.count < keys.count { page.next = String(start + asked.count) }
        return page
    }

    private func points(_ values: [Value]) -> SeriesPoints {
        var points = SeriesPoints()
        for value in values {
            guard let map = value.mapValue, let number = map.number("value") else { continue }
            points.append(step: map.whole("step") ?? 0, time: map.whole("timestamp") ?? 0, value: number)
        }
        return points
    }
}
