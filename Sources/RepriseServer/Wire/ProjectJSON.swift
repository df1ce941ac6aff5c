import OrderedCollections
import RepriseModel

/// Writes a project as MLflow writes an experiment. The one place that writes one.
func projectJSON(_ project: Project, into writer: inout JSONWriter) {
    writer.object { writer in
        writer.field("experiment_id", String(project.number))
        writer.field("name", project.name)
        writer.field("artifact_location", project.artifactLocation ?? "mlflow-artifacts:/\(project.number)")
        writer.field("lifecycle_stage", project.deletedAt == nil ? "active" : "deleted")
        writer.field("last_update_time", project.updatedAt.milliseconds)
        writer.field("creation_time", project.createdAt.milliseconds)
        pairsJSON("tags", project.tags.map { (name: $0.key, text: $0.value.text) }, into: &writer)
        writer.field("workspace", "default")
    }
}
