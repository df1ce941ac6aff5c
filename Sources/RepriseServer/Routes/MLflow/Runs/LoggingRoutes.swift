import HTTPTypes
import NIOCore
import OrderedCollections
import RepriseModel
import RepriseStore

/// What programs log into their runs. The two that carry metrics read their bodies from bytes.
let loggingRoutes = [
    MLflowRoute(.post, "runs/log-batch", readsBody: true) { request, state in
        var batch =
            try request.body.withUnsafeReadableBytes { BatchScanner.batch($0) }
            ?? MetricBatch(batch: RequestFields(json: request.body))
        try batch.checkPairs()
        return try await log(batch, state)
    },
    MLflowRoute(.post, "runs/log-metric", readsBody: true) { request, state in
        let batch =
            try request.body.withUnsafeReadableBytes { BatchScanner.metric($0) }
            ?? MetricBatch(metric: RequestFields(json: request.body))
        return try await log(batch, state)
    },
    MLflowRoute(.post, "runs/log-parameter") { request, state in
        let id = try request.fields.runID(with: "key")
        let key = try request.fields.text("key")
        let value = try request.fields.optionalText("value") ?? ""
        try NameRules.check(key, path: "key")
        try NameRules.checkLength(key, of: "Param key", limit: NameRules.longestKey)
        let cut = NameRules.cut(value, to: NameRules.longestParameter)
        do {
            try await state.store.log(LoggedBatch(run: id, parameters: [(key, cut)]))
        } catch let StoreError.parameterChanged(key, old, new) {
            throw MLflowError.invalid(
                "Changing param values is not allowed. Param with key='\(key)' was already logged with "
                    + "value='\(old)' for run ID='\(id)'. Attempted logging new value '\(new)'."
            )
        }
        return .empty
    },
    MLflowRoute(.post, "runs/set-tag") { request, state in
        let id = try request.fields.runID(with: "key")
        let key = try request.fields.text("key")
        let value = try request.fields.optionalText("value") ?? ""
        try NameRules.check(key, path: "key")
        try NameRules.checkLength(key, of: "key", limit: NameRules.longestKey)
        let cut = NameRules.cut(value, to: NameRules.longestTag)
        try await state.store.log(LoggedBatch(run: id, tags: [(key, cut)]))
        return .empty
    },
    MLflowRoute(.post, "runs/delete-tag") { request, state in
        let id = try request.fields.runID(with: "key")
        let key = try request.fields.text("key")
        guard try await state.store.untag(id, name: key) else {
            throw MLflowError.missing("No tag with name: \(key) in run with id \(id)")
        }
        return .empty
    },
]

private func log(_ batch: MetricBatch, _ state: ServerState) async throws -> MLflowReply {
    guard let id = RunID(batch.run) else {
        guard isRunName(batch.run) else {
            throw MLflowError.invalid(NameRules.invalidValue("run_id", batch.run))
        }
        throw MLflowError.noRun(batch.run)
    }
    do {
        try await state.store.log(
            LoggedBatch(
                run: id,
                columns: batch.columns,
                parameters: batch.parameters.map { ($0.key, $0.value) },
                tags: batch.tags.map { ($0.key, $0.value) },
                modelMetrics: batch.modelPoints.map { ModelMetric($0, run: id) }
            )
        )
    } catch let StoreError.parameterChanged(key, old, new) {
        throw MLflowError.invalid(
            "Changing param values is not allowed. Params were already logged='[{'key': '\(key)', 'old_value': "
                + "'\(old)', 'new_value': '\(new)'}]' for run ID='\(id)'."
        )
    }
    state.statistics.notePoints(batch.pointCount)
    return .empty
}

/// What MLflow lets be the name of a run; anything else is a mistake of another kind than a run that is not there.
private func isRunName(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first, first.isASCII,
        first.properties.isAlphabetic || first.properties.numericType != nil
    else { return false }
    return name.unicodeScalars.count <= 256
        && name.unicodeScalars.allSatisfy {
            $0 == "_" || $0 == "-" || $0.properties.isAlphabetic || $0.properties.numericType != nil
        }
}

extension ModelMetric {
    fileprivate init(_ point: MetricBatch.ModelPoint, run: RunID) {
        self.init(
            model: point.model,
            key: point.key,
            value: point.value,
            time: point.time,
            step: point.step,
            run: run,
            datasetName: point.dataset,
            datasetDigest: point.datasetDigest
        )
    }
}
