import GRDB
import RepriseModel
import RepriseTracking

extension Database {
    /// Data that the run read, and models that it read and made.
    func takeLineage(of run: ImportedRun, _ number: Int64) throws {
        for (position, dataset) in run.history.datasets.enumerated() {
            try take(dataset, position, project: run.project, of: number)
        }
        for (position, model) in run.history.modelInputs.enumerated() {
            try takeModel(model, isOutput: false, step: 0, position, of: number)
        }
        let outputs = run.history.modelOutputs.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        for (position, output) in outputs.enumerated() {
            try takeModel(output.key, isOutput: true, step: output.value, position, of: number)
        }
    }

    private func takeModel(_ id: String, isOutput: Bool, step: Int64, _ position: Int, of run: Int64) throws {
        try SQLQuery.run(
            self,
            "INSERT OR IGNORE INTO run_model (run, is_output, model, step, position) VALUES (?1, ?2, ?3, ?4, ?5)",
            run,
            isOutput,
            id,
            step,
            position
        )
    }

    private func take(_ dataset: HistoryDataset, _ position: Int, project: String, of run: Int64) throws {
        try SQLQuery.run(
            self,
            """
            INSERT OR IGNORE INTO dataset (project, name, digest, source_type, source, schema, profile)
            SELECT number, ?2, ?3, ?4, ?5, ?6, ?7 FROM project WHERE name = ?1
            """,
            project,
            dataset.name,
            dataset.digest,
            dataset.sourceType,
            dataset.source,
            dataset.schema,
            dataset.profile
        )
        let known = try SQLQuery.number(
            self,
            """
            SELECT number FROM dataset WHERE project = (SELECT number FROM project WHERE name = ?1) AND name = ?2
                AND digest = ?3
            """,
            project,
            dataset.name,
            dataset.digest
        )
        guard let known else { return }
        try SQLQuery.run(
            self,
            "INSERT OR IGNORE INTO run_dataset (run, dataset, position) VALUES (?1, ?2, ?3)",
            run,
            known,
            position
        )
        for (index, tag) in dataset.tags.sorted(by: { $0.key < $1.key }).enumerated() {
            try SQLQuery.run(
                self,
                """
                INSERT OR IGNORE INTO run_dataset_tag (run, dataset, name, value, position) VALUES (?1, ?2, ?3, ?4, ?5)
                """,
                run,
                known,
                tag.key,
                tag.value,
                index
            )
        }
    }
}
