import OrderedCollections
import Reprise
import RepriseModel

/// What `run --dry-run` prints: every variant, each value with the layer it comes from.
struct PlanListing {
    let plan: LaunchPlan
    let isJSON: Bool

    func print(on console: Console) throws {
        guard !isJSON else { return try console.document(value) }
        let count = plan.variants.count
        console.say(
            "\(plan.experiment): \(count) \(count == 1 ? "run" : "runs") on \(plan.targets.joined(separator: ", ")); nothing was run"
        )
        for variant in plan.variants {
            let head = console.painted(variant.name.harmless, .bold)
            try console.line("\(variant.variant).\(variant.replicate) \(head)  seed \(variant.seed)")
            try console.text(lines(of: variant, console).map { "    \($0)\n" }.joined())
        }
        for submission in plan.submissions {
            // Behind a mark of comments, so that the whole may be looked at as a script.
            let head = [submission.mark, plan.targets.count > 1 ? "for \(submission.target)" : nil].compactMap(\.self)
            try console.text((head.isEmpty ? "\n" : "\n# \(head.joined(separator: ", "))\n") + submission.text)
        }
    }

    /// Where the run goes, where that is not the same for all: `hpc`, or `prepare, train on hpc; evaluate on local`.
    private func place(of variant: PlannedRun) -> [String] {
        guard plan.targets.count > 1 else { return [] }
        let targets = OrderedSet(variant.targets)
        if let only = targets.first, targets.count == 1 { return ["on \(only)"] }
        let words = targets.map { target in
            let steps = zip(variant.steps, variant.targets).filter { $0.1 == target }.compactMap(\.0)
            return "\(steps.joined(separator: ", ")) on \(target)"
        }
        return [words.joined(separator: "; ")]
    }

    private func lines(of variant: PlannedRun, _ console: Console) -> [String] {
        var table = Table([.init("parameter"), .init("value"), .init("from")])
        table.rows = variant.parameters.map { [.init($0.name), .init($0.value.text), .init($0.origin, .faint)] }
        let width = console.outputIsTerminal ? console.width - 4 : nil
        let parameters = table.lines(width: width, isUnicode: console.isUnicode, isColoured: console.outputIsColoured)
        let commands = variant.commands.flatMap { $0.split(separator: "\n").map { "$ \(String($0).harmless)" } }
        return (variant.parameters.isEmpty ? [] : Array(parameters.dropFirst())) + place(of: variant)
            + images(of: variant) + commands
    }

    /// One line where all steps have the same image.
    private func images(of variant: PlannedRun) -> [String] {
        let words = variant.images.map { $0?.words }
        if let only = words.first, Set(words).count == 1 { return only.map { ["image \($0.harmless)"] } ?? [] }
        return variant.images.compactMap { $0 }
            .map { "image\($0.step.map { " of " + $0 } ?? "") \($0.words.harmless)" }
    }

    private var value: Value {
        [
            "experiment": .string(plan.experiment),
            "project": .string(plan.project),
            "target": .string(plan.target),
            "targets": .list(plan.targets.map(Value.string)),
            "submissions": .list(
                plan.submissions.map {
                    [
                        "target": .string($0.target), "text": .string($0.text),
                        "mark": $0.mark.map(Value.string) ?? .null,
                    ]
                }
            ),
            "variants": .list(
                plan.variants.map { variant in
                    [
                        "name": .string(variant.name),
                        "variant": .integer(Int64(variant.variant)),
                        "replicate": .integer(Int64(variant.replicate)),
                        "seed": .integer(variant.seed.value),
                        "parameters": .list(
                            variant.parameters.map {
                                ["name": .string($0.name), "value": $0.value, "origin": .string($0.origin)]
                            }
                        ),
                        "targets": .list(variant.targets.map(Value.string)),
                        "commands": .list(variant.commands.map(Value.string)),
                        "images": .list(variant.images.map(value(of:))),
                    ]
                }
            ),
        ]
    }

    private func value(of image: PlannedImage?) -> Value {
        guard let image else { return .null }
        return [
            "step": image.step.map(Value.string) ?? .null,
            "reference": .string(image.reference),
            "built": .bool(image.isBuilt),
            "pin": image.pin.map { .string($0.description) } ?? .null,
        ]
    }
}
