import GRDB
import OrderedCollections
import RepriseModel

extension Store {
    /// One logged model with everything that is kept of it; a deleted one only where those count too.
    package func loggedModel(_ id: String, includingDeleted: Bool = false) throws -> LoggedModel {
        try read { database in
            let model = try database.loggedModel(database.numberOfModel(id))
            if model.deletedAt != nil, !includingDeleted { throw ModelError.unknownModel(id) }
            return model
        }
    }
}

extension Database {
    func loggedModel(_ number: Int64) throws -> LoggedModel {
        let query = try SQLQuery(
            self,
            """
            SELECT id, project, name, artifact_location, type, source_run, status, status_message,
                created_at, updated_at, deleted_at
            FROM logged_model WHERE number = ?1
            """,
            number
        )
        guard try query.step() else { throw ModelError.unknownModel(String(number)) }
        var model = LoggedModel(
            id: query.text(0),
            project: query.int64(1),
            name: query.text(2),
            artifactLocation: query.text(3),
            type: query.optionalText(4),
            sourceRun: query.optionalText(5),
            status: LoggedModel.Status(rawValue: query.text(6)) ?? .pending,
            statusMessage: query.optionalText(7),
            createdAt: query.time(8),
            updatedAt: query.time(9),
            deletedAt: query.optionalTime(10)
        )
        model.parameters = try tags(of: number, in: "logged_model_parameter")
        model.tags = try tags(of: number, in: "logged_model_tag")
        model.metrics = try metrics(ofModel: number, model.id)
        return model
    }

    private func metrics(ofModel number: Int64, _ id: String) throws -> [ModelMetric] {
        let query = try SQLQuery(
            self,
            """
            SELECT key, value, time, step, run.id, dataset_name, dataset_digest
            FROM logged_model_metric CROSS JOIN run ON run.number = run WHERE model = ?1
            ORDER BY logged_model_metric.number
            """,
            number
        )
        var metrics: [ModelMetric] = []
        while try query.step() {
            guard let run = RunID(query.text(4)) else { continue }
            metrics.append(
                ModelMetric(
                    model: id,
                    key: query.text(0),
                    value: query.double(1),
                    time: query.int64(2),
                    step: query.int64(3),
                    run: run,
                    datasetName: query.optionalText(5),
                    datasetDigest: query.optionalText(6)
                )
            )
        }
        return metrics
    }
}
