import OrderedCollections
import RepriseModel
import RepriseTracking

extension MetricBatch {
    /// The body of `runs/log-batch` in any form that MLflow takes. Throws what is wrong in MLflow's words.
    init(batch fields: RequestFields) throws {
        self.init(run: try fields.text("run_id"))
        let metrics = try fields.objects("metrics")
        let parameters = try fields.objects("params")
        let tags = try fields.objects("tags")
        for (index, metric) in metrics.enumerated() {
            for name in ["key", "value", "timestamp"] { try metric.require(name, path: "metrics[\(index)].\(name)") }
        }
        for (index, parameter) in parameters.enumerated() {
            try parameter.require("key", path: "params[\(index)].key")
        }
        for (index, tag) in tags.enumerated() { try tag.require("key", path: "tags[\(index)].key") }
        var columns = ColumnSorting()
        for (index, metric) in metrics.enumerated() {
            try add(PointReading(metric), to: &columns, path: "metrics[\(index)].")
        }
        self.columns = columns.columns
        self.parameters = try parameters.map { try Pair($0) }
        self.tags = try tags.map { try Pair($0) }
        try Self.checkCount("metrics", metrics.count, limit: Self.mostMetrics)
    }

    /// The body of `runs/log-metric` in any form that MLflow takes.
    init(metric fields: RequestFields) throws {
        let run = try fields.optionalText("run_id").flatMap { $0.isEmpty ? nil : $0 }
        self.init(run: try run ?? fields.optionalText("run_uuid") ?? fields.text("run_id"))
        for name in ["key", "value", "timestamp"] { try fields.require(name, path: name) }
        var columns = ColumnSorting()
        try add(PointReading(fields), to: &columns, path: "")
        self.columns = columns.columns
    }

    private mutating func add(_ point: PointReading, to columns: inout ColumnSorting, path: String) throws {
        try NameRules.check(point.key, path: path + "name")
        guard point.time >= 0 else {
            throw MLflowError.invalid(
                "Invalid value \(point.time) for parameter '\(path)timestamp' supplied: metric '\(point.key)' "
                    + "(value=\(Value.number(point.value).text)). Timestamp must be a nonnegative long (64-bit integer) "
            )
        }
        try NameRules.checkLength(point.key, of: "Metric name", limit: NameRules.longestKey)
        columns.add(point)
        if let model = point.model { modelPoints.append(point.modelPoint(of: model)) }
    }

    /// Checks what a person may have done wrong in parameters, tags and counts, and cuts values that are too long.
    mutating func checkPairs() throws {
        for index in parameters.indices {
            try NameRules.check(parameters[index].key, path: "params[\(index)].key")
            try NameRules.checkLength(parameters[index].key, of: "Param key", limit: NameRules.longestKey)
            parameters[index].value = NameRules.cut(parameters[index].value, to: NameRules.longestParameter)
        }
        for index in tags.indices {
            try NameRules.check(tags[index].key, path: "tags[\(index)].key")
            try NameRules.checkLength(tags[index].key, of: "tags[\(index)].key", limit: NameRules.longestKey)
            tags[index].value = NameRules.cut(tags[index].value, to: NameRules.longestTag)
        }
        try Self.checkCount("params", parameters.count, limit: Self.mostParameters)
        try Self.checkCount("tags", tags.count, limit: Self.mostTags)
        let all = pointCount + parameters.count + tags.count
        try Self.checkCount("metrics, params, and tags", all, limit: Self.mostOfAll)
        var seen: Set<String> = []
        let doubled = parameters.map(\.key).filter { !seen.insert($0).inserted }
        guard doubled.isEmpty else {
            throw MLflowError.invalid(
                "Duplicate parameter keys have been submitted: [\(doubled.map { "'\($0)'" }.joined(separator: ", "))]. "
                    + "Please ensure the request contains only one param value per param key."
            )
        }
    }

    private static func checkCount(_ what: String, _ count: Int, limit: Int) throws {
        guard count > limit else { return }
        throw MLflowError.invalid(
            "A batch logging request can contain at most \(limit) \(what). Got \(count) \(what). "
                + "Please split up \(what) across multiple requests and try again."
        )
    }
}

extension MetricBatch.Pair {
    fileprivate init(_ fields: RequestFields) throws {
        self.init(key: try fields.text("key"), value: try fields.optionalText("value") ?? "")
    }
}

extension RequestFields {
    /// Throws where the field is left out, `null` or empty.
    fileprivate func require(_ name: String, path: String) throws {
        guard let value = self[name], value != .string("") else { throw MLflowError.missingField(path) }
    }
}

/// One point as it stands in a request.
private struct PointReading {
    let key: String
    let value: Double
    let time: Int64
    let step: Int64
    let model: String?
    let dataset: String?
    let datasetDigest: String?

    init(_ fields: RequestFields) throws {
        key = try fields.text("key")
        value = try fields.number("value")
        time = try fields.integer("timestamp")
        step = try fields.optionalInteger("step") ?? 0
        model = try fields.optionalText("model_id").flatMap { $0.isEmpty ? nil : $0 }
        dataset = try fields.optionalText("dataset_name").flatMap { $0.isEmpty ? nil : $0 }
        datasetDigest = try fields.optionalText("dataset_digest").flatMap { $0.isEmpty ? nil : $0 }
    }

    func modelPoint(of model: String) -> MetricBatch.ModelPoint {
        MetricBatch.ModelPoint(
            model: model,
            key: key,
            step: step,
            time: time,
            value: value,
            dataset: dataset,
            datasetDigest: datasetDigest
        )
    }
}

/// Sorts points into columns by key.
private struct ColumnSorting {
    private(set) var columns: [MetricColumn] = []
    private var places: [String: Int] = [:]

    mutating func add(_ point: PointReading) {
        let place = places[point.key] ?? columns.count
        if place == columns.count {
            places[point.key] = place
            columns.append(MetricColumn(key: point.key))
        }
        columns[place].points.append(step: point.step, time: point.time, value: point.value)
    }
}
