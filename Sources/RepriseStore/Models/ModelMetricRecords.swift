import GRDB
import RepriseModel

extension Database {
    /// Keeps measurements of logged models. Equal ones are kept once, so that a repeated call changes nothing; one of a
    /// model that the store does not know is an error.
    func log(_ metrics: [ModelMetric]) throws {
        guard !metrics.isEmpty else { return }
        let insert = try SQLQuery(
            self,
            """
            INSERT OR IGNORE INTO logged_model_metric
                (model, run, key, step, time, value, dataset_name, dataset_digest)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """
        )
        var models: [String: Int64] = [:]
        var runs: [RunID: Int64] = [:]
        for metric in metrics {
            let model = try models[metric.model] ?? numberOfModel(metric.model)
            let run = try runs[metric.run] ?? knownNumber(of: metric.run)
            models[metric.model] = model
            runs[metric.run] = run
            let value = metric.value.isNaN ? nil : metric.value
            try insert.run(
                model,
                run,
                metric.key,
                metric.step,
                metric.time,
                value,
                metric.datasetName,
                metric.datasetDigest
            )
        }
    }
}
