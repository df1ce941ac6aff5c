import OrderedCollections
import RepriseModel
import RepriseStore

/// Writes a run as MLflow does: `{"info": …, "data": …, "inputs": …, "outputs": …}`. The one place that writes one.
func runJSON(_ run: LoggedRun, into writer: inout JSONWriter) {
    writer.object { writer in
        writer.key("info")
        runInfoJSON(run, into: &writer)
        writer.object("data") { writer in
            if !run.metrics.isEmpty {
                writer.array("metrics") { writer in
                    for metric in run.metrics { latestJSON(metric, into: &writer) }
                }
            }
            pairsJSON("params", run.parameters, into: &writer)
            pairsJSON("tags", run.tags, into: &writer)
        }
        writer.object("inputs") { writer in
            if let lineage = run.lineage { inputsJSON(lineage, into: &writer) }
        }
        writer.object("outputs") { writer in
            if let lineage = run.lineage { outputsJSON(lineage, into: &writer) }
        }
    }
}

func runInfoJSON(_ run: LoggedRun, into writer: inout JSONWriter) {
    writer.object { writer in
        writer.field("run_uuid", run.id.description)
        writer.field("run_id", run.id.description)
        writer.field("run_name", run.name)
        writer.field("experiment_id", String(run.project))
        writer.field("user_id", run.user)
        writer.field("status", RunStatus(run.state).rawValue)
        writer.field("start_time", (run.startedAt ?? run.createdAt).milliseconds)
        if let end = run.endedAt { writer.field("end_time", end.milliseconds) }
        writer.field("artifact_uri", run.artifactRoot)
        writer.field("lifecycle_stage", run.deletedAt == nil ? "active" : "deleted")
    }
}

/// `[{"key": …, "value": …}]`; nothing where there are none.
func pairsJSON(_ name: String, _ pairs: [(name: String, text: String)], into writer: inout JSONWriter) {
    guard !pairs.isEmpty else { return }
    writer.array(name) { writer in
        for (key, value) in pairs {
            writer.object { writer in
                writer.field("key", key)
                writer.field("value", value)
            }
        }
    }
}

private func latestJSON(_ metric: SeriesSummary, into writer: inout JSONWriter) {
    pointJSON(metric.key, metric.last, time: metric.lastTime.milliseconds, step: metric.lastStep, into: &writer)
}

/// One metric point; `run` only where a reply is about several.
func pointJSON(
    _ key: String,
    _ value: Double,
    time: Int64,
    step: Int64,
    run: String? = nil,
    into writer: inout JSONWriter
) {
    writer.object { writer in
        writer.field("key", key)
        writer.field("value", value)
        writer.field("timestamp", time)
        writer.field("step", step)
        writer.field("run_id", run)
    }
}
