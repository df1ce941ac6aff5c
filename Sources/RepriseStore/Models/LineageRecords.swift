import GRDB
import OrderedCollections
import RepriseModel

extension Store {
    /// Adds what the run read. What it is already known to have read stays as it was, so that a repeated call changes
    /// nothing.
    package func logInputs(of run: RunID, datasets: [DatasetInput], models: [String] = []) async throws {
        try await commit { database in
            let place = try database.writablePlace(of: run)
            for input in datasets {
                let dataset = try database.datasetNumber(of: input.dataset, in: place.project)
                try database.addDataset(dataset, tags: input.tags, to: place.run)
            }
            for model in models { try database.addModel(ModelOutput(id: model), isOutput: false, to: place.run) }
        }
    }

    /// Adds the logged models that the run made. A model that it is known to have made keeps its step.
    package func logOutputs(of run: RunID, models: [ModelOutput]) async throws {
        try await commit { database in
            let place = try database.writablePlace(of: run)
            for model in models { try database.addModel(model, isOutput: true, to: place.run) }
        }
    }

    /// Adds to what clients before 3.0 tell of the models that a run logged: a list in a tag. An equal entry is kept once.
    package func addModelInfo(_ info: Value, to run: RunID) async throws {
        try await commit { database in
            let number = try database.writablePlace(of: run).run
            let known = try database.tags(of: number)[modelHistoryTag]?.text ?? "[]"
            let list = (try? Value(json: known))?.listValue ?? []
            guard !list.contains(info) else { return }
            try SQLQuery.run(
                database,
                "INSERT OR REPLACE INTO tag (run, name, value) VALUES (?1, ?2, ?3)",
                number,
                modelHistoryTag,
                Value.list(list + [info]).json()
            )
        }
    }

    /// The datasets that the projects' runs read, one for each context, at most a thousand.
    package func datasetSummaries(projects: [Int64]) throws -> [DatasetSummary] {
        try read { database in
            var summaries: [DatasetSummary] = []
            for project in Set(projects).sorted() {
                let query = try SQLQuery(
                    database,
                    """
                    SELECT DISTINCT dataset.name, dataset.digest, context.value
                    FROM dataset CROSS JOIN run_dataset ON run_dataset.dataset = dataset.number
                    LEFT JOIN run_dataset_tag AS context ON context.run = run_dataset.run
                        AND context.dataset = dataset.number AND context.name = ?2
                    WHERE project = ?1 ORDER BY dataset.name, dataset.digest, context.value LIMIT ?3
                    """,
                    project,
                    DatasetInput.contextTag,
                    Int64(1000 - summaries.count)
                )
                while try query.step() {
                    summaries.append(
                        DatasetSummary(
                            project: project,
                            name: query.text(0),
                            digest: query.text(1),
                            context: query.optionalText(2)
                        )
                    )
                }
            }
            return summaries
        }
    }
}

private let modelHistoryTag = "mlflow.log-model.history"

/// A dataset of a project in one of the roles in which its runs read it.
package struct DatasetSummary: Hashable, Sendable {
    package var project: Int64
    package var name: String
    package var digest: String
    package var context: String?
}

extension Database {
    /// A run that may be written to, and its project.
    fileprivate func writablePlace(of run: RunID) throws -> (run: Int64, project: Int64) {
        let query = try SQLQuery(
            self,
            """
            SELECT run.number, project.number, run.deleted_at FROM run JOIN project ON project.name = run.project
            WHERE run.id = ?1
            """,
            run
        )
        guard try query.step() else { throw StoreError.unknownRun(run.description, nearest: nil) }
        if !query.isNull(2) { throw StoreError.runDeleted(run) }
        return (query.int64(0), query.int64(1))
    }

    fileprivate func datasetNumber(of dataset: Dataset, in project: Int64) throws -> Int64 {
        try SQLQuery.run(
            self,
            """
            INSERT OR IGNORE INTO dataset (project, name, digest, source_type, source, schema, profile)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """,
            project,
            dataset.name,
            dataset.digest,
            dataset.sourceType,
            dataset.source,
            dataset.schema,
            dataset.profile
        )
        let number = try SQLQuery.number(
            self,
            "SELECT number FROM dataset WHERE project = ?1 AND name = ?2 AND digest = ?3",
            project,
            dataset.name,
            dataset.digest
        )
        return number ?? 0
    }

    fileprivate func addDataset(_ dataset: Int64, tags: Mapping, to run: Int64) throws {
        try SQLQuery.run(
            self,
            """
            INSERT OR IGNORE INTO run_dataset (run, dataset, position)
            SELECT ?1, ?2, coalesce(max(position), 0) + 1 FROM run_dataset WHERE run = ?1
            """,
            run,
            dataset
        )
        guard changesCount > 0 else { return }
        let insert = try SQLQuery(self, "INSERT INTO run_dataset_tag VALUES (?1, ?2, ?3, ?4, ?5)")
        for (position, tag) in tags.enumerated() {
            try insert.run(run, dataset, tag.key, tag.value.text, Int64(position))
        }
    }

    fileprivate func addModel(_ model: ModelOutput, isOutput: Bool, to run: Int64) throws {
        try SQLQuery.run(
            self,
            """
            INSERT OR IGNORE INTO run_model (run, is_output, model, step, position)
            SELECT ?1, ?2, ?3, ?4, coalesce(max(position), 0) + 1 FROM run_model WHERE run = ?1
            """,
            run,
            isOutput,
            model.id,
            model.step
        )
    }
}
