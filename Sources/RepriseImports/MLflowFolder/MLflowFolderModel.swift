import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseTracking

/// Reads the models in an `mlruns` folder: those that runs logged, and those of the registry.
struct MLflowFolderModel {
    let folder: MLflowFolder

    func model(_ path: String, id: String) throws -> HistoryModel {
        let meta = try folder.meta(path)
        let created = meta.integer("creation_timestamp") ?? 0
        var model = HistoryModel(
            id: meta.text("model_id") ?? id,
            name: meta.text("name") ?? id,
            status: status(meta.text("status")),
            createdAt: created,
            updatedAt: meta.integer("last_updated_timestamp") ?? created
        )
        model.statusMessage = meta.text("status_message")
        model.type = meta.text("model_type")
        model.run = meta.text("source_run_id")
        let artifacts = path + "/artifacts"
        model.artifacts = try folder.files.isFolder(artifacts) ? artifacts : meta.text("artifact_location")
        model.parameters = try folder.texts(below: path + "/params")
        model.tags = try folder.texts(below: path + "/tags")
        for (name, file) in try folder.contents(below: path + "/metrics") {
            for line in try folder.files.text(file).split(separator: "\n") {
                if let metric = metric(name, line.split(separator: " ").map(String.init)) {
                    model.metrics.append(metric)
                }
            }
        }
        return model
    }

    /// `time value step run`, with a dataset's name and digest in some.
    private func metric(_ name: String, _ words: [String]) -> HistoryModel.Metric? {
        guard words.count == 4 || words.count == 6, let time = Int64(words[0]), let value = mlflowNumber(words[1]),
            let step = Int64(words[2])
        else { return nil }
        var metric = HistoryModel.Metric(run: words[3], key: name, step: step, time: time, value: value)
        if words.count == 6 { (metric.dataset, metric.datasetDigest) = (words[4], words[5]) }
        return metric
    }

    private func status(_ text: String?) -> String {
        switch text {
        case "1", "PENDING": "PENDING"
        case "3", "FAILED": "FAILED"
        default: "READY"
        }
    }

    func registered(_ path: String, name: String) throws -> HistoryRegisteredModel {
        let meta = try folder.meta(path)
        let created = meta.integer("creation_timestamp") ?? 0
        var model = HistoryRegisteredModel(
            name: meta.text("name") ?? name,
            createdAt: created,
            updatedAt: meta.integer("last_updated_timestamp") ?? created
        )
        model.description = meta.text("description")
        model.tags = try folder.texts(below: path + "/tags")
        model.aliases = try folder.texts(below: path + "/aliases").compactMapValues { Int64($0) }
        for name in try folder.folders(in: path) where name.hasPrefix("version-") {
            if let version = try version("\(path)/\(name)") { model.versions.append(version) }
        }
        model.versions.sort { $0.number < $1.number }
        return model
    }

    private func version(_ path: String) throws -> HistoryRegisteredModel.Version? {
        let meta = try folder.meta(path)
        guard let number = meta.integer("version") else { return nil }
        let created = meta.integer("creation_timestamp") ?? 0
        var version = HistoryRegisteredModel.Version(
            number: number,
            stage: meta.text("current_stage") ?? "None",
            source: meta.text("source") ?? "",
            createdAt: created,
            updatedAt: meta.integer("last_updated_timestamp") ?? created
        )
        version.description = meta.text("description")
        version.user = meta.text("user_id")
        version.run = meta.text("run_id")
        version.runLink = meta.text("run_link")
        version.model = meta.text("model_id")
        version.tags = try folder.texts(below: path + "/tags")
        return version
    }
}
