import OrderedCollections
import RepriseModel

/// The members of a run's `inputs`.
func inputsJSON(_ lineage: RunLineage, into writer: inout JSONWriter) {
    if !lineage.datasets.isEmpty {
        writer.array("dataset_inputs") { writer in
            for input in lineage.datasets { datasetInputJSON(input, into: &writer) }
        }
    }
    guard !lineage.modelsRead.isEmpty else { return }
    writer.array("model_inputs") { writer in
        for id in lineage.modelsRead { writer.object { $0.field("model_id", id) } }
    }
}

/// The members of a run's `outputs`.
func outputsJSON(_ lineage: RunLineage, into writer: inout JSONWriter) {
    guard !lineage.modelsMade.isEmpty else { return }
    writer.array("model_outputs") { writer in
        for output in lineage.modelsMade {
            writer.object { writer in
                writer.field("model_id", output.id)
                writer.field("step", output.step)
            }
        }
    }
}

private func datasetInputJSON(_ input: DatasetInput, into writer: inout JSONWriter) {
    writer.object { writer in
        writer.pairs("tags", input.tags)
        writer.object("dataset") { writer in
            writer.field("name", input.dataset.name)
            writer.field("digest", input.dataset.digest)
            writer.field("source_type", input.dataset.sourceType)
            writer.field("source", input.dataset.source)
            writer.field("schema", input.dataset.schema)
            writer.field("profile", input.dataset.profile)
        }
    }
}

extension JSONWriter {
    /// `[{"key": …, "value": …}]`; nothing where there are none.
    mutating func pairs(_ name: String, _ pairs: Mapping) {
        guard !pairs.isEmpty else { return }
        array(name) { writer in
            for (key, value) in pairs {
                writer.object { writer in
                    writer.field("key", key)
                    writer.field("value", value.text)
                }
            }
        }
    }
}
