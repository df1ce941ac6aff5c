import OrderedCollections
import RepriseModel
import RepriseYAML

/// Types `command` or `steps`, and brings steps into an order in which each comes after what it needs.
struct StepBuilding {
    /// The most steps of one experiment.
    static let countLimit = 1000

    let root: LocatedValue

    /// `container` types the `environment` of a step, over the experiment's own, and is told its dotted name.
    func steps(
        outputs: (LocatedValue?) throws -> [OutputRule],
        container: (LocatedValue?, String) throws -> ContainerText
    ) throws -> [ExperimentStep] {
        let command = root.map?["command"].flatMap { $0.value.isNull ? nil : $0 }
        let steps = root.map?["steps"].flatMap { $0.value.isNull ? nil : $0 }
        let resources = try self.resources(root["resources"], over: Resources())
        let retry = self.retry(root["retry"]) ?? RetryPolicy()
        switch (command, steps) {
        case (let command?, nil):
            let text = try self.command(command.value, name: "command")
            let step = ExperimentStep(
                name: nil,
                command: text,
                needs: [],
                split: nil,
                outputs: [],
                resources: resources,
                retry: retry,
                container: try container(nil, "environment")
            )
            return [step]
        case (nil, let steps?):
            return try ordered(steps.value.map ?? [:], at: steps.place) { name, entry in
                var step = try step(name, entry, resources: resources, retry: retry, outputs: outputs)
                step.container = try container(entry.value["environment"], "steps.\(name).environment")
                return step
            }
        case (let command?, .some): throw both(command)
        case (nil, nil):
            throw Mistake(
                "the experiment has no `command`",
                fix: "add `command: python3 train.py`, or `steps:`",
                code: "missing-key",
                place: Place(file: root.place.file)
            )
        }
    }

    private func both(_ command: LocatedEntry) -> Mistake {
        Mistake(
            "the experiment has both `command` and `steps`",
            fix: "make the command a step; or, where a file under `extends` says it, write `command: !remove`",
            code: "wrong-value",
            place: command.place
        )
    }

    private func command(_ value: LocatedValue, name: String) throws -> ExperimentStep.CommandText {
        let items = value.list?.map { LocatedText($0) }
        let isEmpty = items.map(\.isEmpty) ?? value.value.text.allSatisfy(\.isWhitespace)
        guard !isEmpty, items?.first?.text != "" else {
            throw Mistake("`\(name)` is empty", code: "wrong-value", place: value.place)
        }
        return items.map { .list($0) } ?? .shell(LocatedText(value))
    }

    private func step(
        _ name: String,
        _ entry: LocatedEntry,
        resources: Resources,
        retry: RetryPolicy,
        outputs: (LocatedValue?) throws -> [OutputRule]
    ) throws -> ExperimentStep {
        let value = entry.value
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isName, !name.isEmpty, name.utf8.count <= 64 else {
            throw Mistake(
                "`\(name.prefix(80))` is no name of a step",
                why: "up to 64 letters, digits, `_` and `-` can stand in one",
                code: "wrong-name",
                place: entry.place
            )
        }
        guard let command = value["command"] else {
            throw Mistake("`steps.\(name)` has no `command`", code: "missing-key", place: value.place)
        }
        let needs = value["needs"].flatMap { $0.isNull ? nil : $0.list ?? [$0] } ?? []
        return ExperimentStep(
            name: name,
            command: try self.command(command, name: "steps.\(name).command"),
            needs: needs.map(\.value.text),
            split: value["split"]?.value.integerValue.map(Int.init),
            outputs: try outputs(value["outputs"]),
            resources: try self.resources(value["resources"], over: resources),
            retry: self.retry(value["retry"]) ?? retry,
            container: ContainerText()
        )
    }

    private func resources(_ value: LocatedValue?, over base: Resources) throws -> Resources {
        var resources = base
        func bytes(_ key: String) -> Int64? {
            value?[key]?.value.integerValue ?? (value?[key]?.value.stringValue).flatMap { Quantities.bytes($0) }
        }
        resources.cpus = value?["cpus"]?.value.integerValue.map(Int.init) ?? base.cpus
        resources.gpus = value?["gpus"]?.value.integerValue.map(Int.init) ?? base.gpus
        resources.memory = bytes("memory") ?? base.memory
        resources.disk = bytes("disk") ?? base.disk
        if let time = value?["time"], !time.isNull {
            resources.time =
                time.scalar?.doubleValue.map { Int64(($0 * 1000).rounded()) }
                ?? Quantities.milliseconds(time.value.text)
            guard resources.time != 0 else {
                throw Mistake("`time` must be more than 0", code: "wrong-value", place: time.place)
            }
        }
        return resources
    }

    private func retry(_ value: LocatedValue?) -> RetryPolicy? {
        guard let value, value.map != nil else { return nil }
        var retry = RetryPolicy()
        retry.attempts = value["attempts"]?.value.integerValue.map(Int.init) ?? 1
        retry.interruptions = value["interruptions"]?.value.integerValue.map(Int.init)
        if let events = value["on"]?.list {
            retry.on = events.compactMap { RetryPolicy.Event(rawValue: $0.value.text) }
        }
        return retry
    }
}

extension StepBuilding {
    /// Steps as they are written, but each after what it needs.
    private func ordered(
        _ map: LocatedMapping,
        at place: Place,
        step: (String, LocatedEntry) throws -> ExperimentStep
    ) throws -> [ExperimentStep] {
        guard !map.isEmpty else { throw Mistake("`steps` is empty", code: "wrong-value", place: place) }
        guard map.count <= Self.countLimit else {
            throw Mistake("there are more than \(Self.countLimit) steps", code: "too-many-steps", place: place)
        }
        var waiting = try map.map { try step($0.key, $0.value) }
        for step in waiting { try checkNeeds(step, map) }
        var done: Set<String> = []
        var sorted: [ExperimentStep] = []
        while !waiting.isEmpty {
            guard let index = waiting.firstIndex(where: { $0.needs.allSatisfy(done.contains) }) else {
                throw circle(waiting, map)
            }
            let step = waiting.remove(at: index)
            done.insert(step.name ?? "")
            sorted.append(step)
        }
        return sorted
    }

    private func checkNeeds(_ step: ExperimentStep, _ map: LocatedMapping) throws {
        let value = map[step.name ?? ""]?.value["needs"]
        for (index, need) in step.needs.enumerated() where map[need] == nil {
            let near = nearestName(to: need, among: map.keys.filter { $0 != step.name })
            throw Mistake(
                "the step `\(step.name ?? "")` needs `\(need)`, which is no step",
                fix: near.map { "did you mean `\($0)`?" } ?? "take it out of `needs`, or add a step of that name",
                code: "unknown-step",
                place: value?.list?[index].place ?? value?.place
            )
        }
    }

    private func circle(_ waiting: [ExperimentStep], _ map: LocatedMapping) -> Mistake {
        let needs = Dictionary(uniqueKeysWithValues: waiting.map { ($0.name ?? "", $0.needs) })
        var chain = [waiting.first?.name ?? ""]
        while let next = needs[chain.last ?? ""]?.first(where: { needs[$0] != nil }) {
            if let start = chain.firstIndex(of: next) {
                chain = Array(chain[start...]) + [next]
                break
            }
            chain.append(next)
        }
        return Mistake(
            "steps need each other in a circle: \(chain.map { "`\($0)`" }.joined(separator: " → "))",
            fix: "take one of them out of `needs`",
            code: "steps-circle",
            place: map[chain.first ?? ""]?.place
        )
    }
}
