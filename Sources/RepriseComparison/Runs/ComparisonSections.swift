import OrderedCollections
import RepriseModel

extension RunComparison.Section {
    /// What one run shows in this section, by name.
    func entries(_ execution: Execution) -> Mapping {
        let record = execution.record
        switch self {
        case .parameters:
            var entries = Factor.parameters(record.request)
            entries["seed"] = .integer(record.request.seed.value)
            return entries
        case .code: return code(execution)
        case .environment: return environment(execution)
        case .data: return data(execution)
        case .metrics: return metrics(record)
        case .outputs:
            return Mapping(
                record.outputs.sorted { $0.path < $1.path }.map { ($0.path, .string($0.digest.short)) },
                uniquingKeysWith: { _, last in last }
            )
        case .exit: return exit(record)
        case .machine: return record.machine?.facts ?? [:]
        case .times: return times(record)
        }
    }

    private func code(_ execution: Execution) -> Mapping {
        var entries: Mapping = [:]
        let request = execution.record.request
        if let code = execution.manifest?.code {
            entries["tree"] = .string(String(code.tree.prefix(12)))
            if !code.folder.isEmpty { entries["folder"] = .string(code.folder) }
        }
        for (index, step) in request.steps.enumerated() {
            let name = request.steps.count == 1 ? "command" : "command of \(step.name ?? "step \(index + 1)")"
            entries[name] = .string(step.command.words)
        }
        return entries
    }

    private func environment(_ execution: Execution) -> Mapping {
        let request = execution.record.request
        var entries: Mapping = ["target": .string(Factor.targets(request)), "determinism": .bool(request.determinism)]
        if let manifest = execution.manifest { entries.merge(Factor.software(manifest)) { _, fact in fact } }
        for (name, value) in request.variables { entries["variable.\(name)"] = value }
        return entries
    }

    private func data(_ execution: Execution) -> Mapping {
        let digests =
            execution.manifest?.data.map { ($0.name, $0.digest) }
            ?? execution.record.request.data.map { ($0.name, $0.digest) }
        return Mapping(digests.map { ($0.0, .string($0.1.short)) }, uniquingKeysWith: { _, last in last })
    }

    /// The last value of each series, and its best where the experiment declares a goal.
    private func metrics(_ record: RunRecord) -> Mapping {
        var entries: Mapping = [:]
        for series in record.metrics.sorted(by: { $0.key < $1.key }) {
            switch record.request.metrics[series.key]?.goal {
            case .minimize: entries["\(series.key).min"] = .number(series.min)
            case .maximize: entries["\(series.key).max"] = .number(series.max)
            case nil: break
            }
            entries["\(series.key).last"] = .number(series.last)
            entries["\(series.key).count"] = .integer(series.count)
        }
        return entries
    }

    private func exit(_ record: RunRecord) -> Mapping {
        var entries: Mapping = ["state": .string(record.state.rawValue)]
        let ending = ExitJudgement.Ending(record)
        if let status = ending.status { entries["status"] = .integer(Int64(status)) }
        if let signal = ending.signal { entries["signal"] = .integer(Int64(signal)) }
        return entries
    }

    private func times(_ record: RunRecord) -> Mapping {
        var entries: Mapping = [:]
        if let start = record.startedAt {
            entries["started"] = .string(start.description)
            if let end = record.endedAt { entries["milliseconds"] = .integer(end.milliseconds - start.milliseconds) }
        }
        let exits = record.jobs.compactMap(\.exit)
        let cpu = exits.compactMap { exit in exit.userMilliseconds.map { $0 + (exit.systemMilliseconds ?? 0) } }
        if !cpu.isEmpty { entries["cpu milliseconds"] = .integer(cpu.reduce(0, +)) }
        if let peak = exits.compactMap(\.peakMemory).max() { entries["peak memory bytes"] = .integer(peak) }
        return entries
    }
}
