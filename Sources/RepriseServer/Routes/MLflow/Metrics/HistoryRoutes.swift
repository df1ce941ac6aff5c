import HTTPTypes
import OrderedCollections
import RepriseModel
import RepriseStore
import RepriseTracking

/// Metric histories of one run and of several.
let historyRoutes = [
    MLflowRoute(.get, "metrics/get-history") { request, state in try history(request.fields, state) },
    MLflowRoute(.get, "metrics/get-history-bulk") { request, state in try bulkHistory(request.fields, state) },
    MLflowRoute(.get, "metrics/get-history-bulk-interval") { request, state in
        try sampledHistory(request.fields, state)
    },
]

private let mostPoints = 25_000
private let mostRuns = 100
private let mostSamples = 2500

private func history(_ fields: RequestFields, _ state: ServerState) throws -> MLflowReply {
    let run = RunID(try fields.optionalText("run_uuid") ?? fields.text("run_id"))
    let key = try fields.text("metric_key")
    let limit = try fields.optionalInteger("max_results")
    if let limit, limit <= 0 {
        throw MLflowError.invalid(
            "Invalid value \(limit) for parameter 'max_results' supplied. It must be a positive integer."
        )
    }
    let token = try fields.optionalText("page_token").flatMap { $0.isEmpty ? nil : $0 }
    let after = try token.map { token in
        guard let after = Int64(token), after >= 0 else {
            throw MLflowError.invalid("Invalid page token, could not base64-decode")
        }
        return after
    }
    guard let run else { return .empty }
    let page = try unlessUnknown((points: SeriesPoints(), next: Int64?.none)) {
        try state.store.history(of: run, key: key, limit: limit.map { Int(clamping: $0) } ?? .max, after: after)
    }
    return .json(pointsJSON([(run, page.points)], key: key, showRun: false, next: page.next))
}

private func bulkHistory(_ fields: RequestFields, _ state: ServerState) throws -> MLflowReply {
    let runs = try fields.texts("run_id")
    if runs.isEmpty {
        throw MLflowError.invalid("GetMetricHistoryBulk request must specify at least one run_id.")
    }
    if runs.count > mostRuns {
        throw MLflowError.invalid(
            "GetMetricHistoryBulk request cannot specify more than \(mostRuns) run_ids. Received \(runs.count) run_ids."
        )
    }
    guard let key = try fields.optionalText("metric_key") else {
        throw MLflowError.invalid("GetMetricHistoryBulk request must specify a metric_key.")
    }
    var room = Int(clamping: min(try fields.optionalInteger("max_results") ?? Int64(mostPoints), Int64(mostPoints)))
    var series: [(RunID, SeriesPoints)] = []
    for run in Set(runs).sorted().compactMap(RunID.init) where room > 0 {
        let points = try unlessUnknown(SeriesPoints()) {
            try state.store.history(of: run, key: key, limit: room, after: nil).points
        }
        room -= points.count
        series.append((run, points))
    }
    return .json(pointsJSON(series, key: key, showRun: true, isShownEmpty: true))
}

private func sampledHistory(_ fields: RequestFields, _ state: ServerState) throws -> MLflowReply {
    let runs = try fields.texts("run_ids")
    if runs.isEmpty { throw MLflowError.missingField("run_ids") }
    if runs.count > mostRuns {
        throw MLflowError.invalid(
            "GetMetricHistoryBulkInterval request must specify at most \(mostRuns) run_ids. "
                + "Received \(runs.count) run_ids." + MLflowError.hint
        )
    }
    let key = try fields.text("metric_key")
    let limit = try fields.optionalInteger("max_results") ?? Int64(mostSamples)
    guard (1...Int64(mostSamples)).contains(limit) else {
        throw MLflowError.invalid("max_results must be between 1 and \(mostSamples)." + MLflowError.hint)
    }
    let steps = try stepRange(fields)
    let series = try runs.compactMap(RunID.init)
        .map { run in
            let points = try unlessUnknown(SeriesPoints()) {
                try state.store.sampledHistory(of: run, key: key, limit: Int(limit), steps: steps)
            }
            return (run, points)
        }
    return .json(pointsJSON(series, key: key, showRun: true))
}

/// What names no run has no history, as in MLflow.
private func unlessUnknown<Result>(_ none: Result, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch StoreError.unknownRun {
        return none
    }
}

private func stepRange(_ fields: RequestFields) throws -> ClosedRange<Int64>? {
    let start = try fields.optionalInteger("start_step")
    let end = try fields.optionalInteger("end_step")
    switch (start, end) {
    case (nil, nil): return nil
    case (let start?, let end?):
        guard start <= end else {
            throw MLflowError.invalid(
                "end_step must be greater than start_step. Found start_step=\(start) and end_step=\(end)."
            )
        }
        return start...end
    default:
        throw MLflowError.invalid("If either start step or end step are specified, both must be specified.")
    }
}

/// `{"metrics": […], "next_page_token": …}`
private func pointsJSON(
    _ series: [(RunID, SeriesPoints)],
    key: String,
    showRun: Bool,
    isShownEmpty: Bool = false,
    next: Int64? = nil
) -> [UInt8] {
    let count = series.reduce(0) { $0 + $1.1.count }
    var writer = JSONWriter(capacity: 64 + count * (key.utf8.count + 80))
    writer.object { writer in
        if count > 0 || isShownEmpty {
            writer.array("metrics") { writer in
                for (run, points) in series {
                    let run = showRun ? run.description : nil
                    for at in points.values.indices {
                        let (time, step) = (points.times[at], points.steps[at])
                        pointJSON(key, points.values[at], time: time, step: step, run: run, into: &writer)
                    }
                }
            }
        }
        writer.field("next_page_token", next.map(String.init))
    }
    return writer.bytes
}
