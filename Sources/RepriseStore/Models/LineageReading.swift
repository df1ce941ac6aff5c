import GRDB
import OrderedCollections
import RepriseModel

extension Store {
    /// What these runs, by their numbers, read and made; those that did neither are left out. A store in which no run did
    /// answers at once.
    package func lineages(of runs: [Int64]) throws -> [Int64: RunLineage] {
        try read { try $0.lineages(of: runs) }
    }
}

extension Database {
    func lineages(of runs: [Int64]) throws -> [Int64: RunLineage] {
        var lineages: [Int64: RunLineage] = [:]
        try readDatasets(of: runs, into: &lineages)
        try readModels(of: runs, into: &lineages)
        return lineages
    }

    func lineage(of run: Int64) throws -> RunLineage? { try lineages(of: [run])[run] }

    private func readDatasets(of runs: [Int64], into lineages: inout [Int64: RunLineage]) throws {
        guard try SQLQuery.number(self, "SELECT EXISTS (SELECT 1 FROM run_dataset)") == 1 else { return }
        let query = try SQLQuery(
            self,
            """
            SELECT name, digest, source_type, source, schema, profile, dataset.number
            FROM run_dataset CROSS JOIN dataset ON dataset.number = run_dataset.dataset
            WHERE run = ?1 ORDER BY position
            """
        )
        let tags = try SQLQuery(
            self,
            "SELECT name, value FROM run_dataset_tag WHERE run = ?1 AND dataset = ?2 ORDER BY position"
        )
        for run in runs {
            query.rewind()
            query.bind(run)
            while try query.step() {
                var input = DatasetInput(
                    dataset: Dataset(
                        name: query.text(0),
                        digest: query.text(1),
                        sourceType: query.text(2),
                        source: query.text(3),
                        schema: query.optionalText(4),
                        profile: query.optionalText(5)
                    )
                )
                tags.rewind()
                tags.bind(run, query.int64(6))
                while try tags.step() { input.tags[tags.text(0)] = .string(tags.text(1)) }
                lineages[run, default: RunLineage()].datasets.append(input)
            }
        }
    }

    private func readModels(of runs: [Int64], into lineages: inout [Int64: RunLineage]) throws {
        guard try SQLQuery.number(self, "SELECT EXISTS (SELECT 1 FROM run_model)") == 1 else { return }
        let query = try SQLQuery(
            self,
            """
            SELECT is_output, run_model.model, step, logged_model.name
            FROM run_model LEFT JOIN logged_model ON logged_model.id = run_model.model
            WHERE run = ?1 ORDER BY run_model.position
            """
        )
        for run in runs {
            query.rewind()
            query.bind(run)
            while try query.step() {
                let id = query.text(1)
                if query.int64(0) == 0 {
                    lineages[run, default: RunLineage()].modelsRead.append(id)
                } else {
                    let output = ModelOutput(id: id, step: query.int64(2), name: query.optionalText(3))
                    lineages[run, default: RunLineage()].modelsMade.append(output)
                }
            }
        }
    }
}
