import OrderedCollections
import RepriseExperiments
import RepriseModel
import RepriseSite

/// What `--on` says: the targets that runs are dealt out to, and those that single steps go to.
struct TargetChoice: Hashable, Sendable {
    /// Empty: the site's own.
    var targets: [String] = []
    /// By the name of the step.
    var steps: OrderedDictionary<String, String> = [:]

    /// `hpc`, `hpc,pods`, `hpc,evaluate=local`; nil and nothing for whatever the site says.
    init(parsing text: String?) throws {
        guard let text else { return }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { $0.trimmingSpaces }
            guard words.allSatisfy({ !$0.isEmpty }), let last = words.last else { throw Self.empty(text) }
            if words.count == 1 { try add(last) } else { try add(last, step: words[0]) }
        }
    }

    /// As `--on` would name each of its targets alone, with the same steps elsewhere; nil where nothing is named.
    var each: [String?] {
        let elsewhere = steps.map { "\($0.key)=\($0.value)" }
        guard !targets.isEmpty else { return [elsewhere.isEmpty ? nil : elsewhere.joined(separator: ",")] }
        return targets.map { ([$0] + elsewhere).joined(separator: ",") }
    }

    private mutating func add(_ target: String) throws {
        guard !targets.contains(target) else {
            throw Mistake(
                "the target `\(target)` is named twice",
                why: "runs are dealt out to each target in turn; `slots` says how many at once it takes",
                fix: "name it once",
                code: "target-twice",
                place: Place(file: "--on")
            )
        }
        targets.append(target)
    }

    private mutating func add(_ target: String, step: String) throws {
        if let other = steps[step], other != target {
            throw Mistake(
                "the step `\(step)` is sent to `\(other)` and to `\(target)`",
                fix: "name it once",
                code: "step-twice",
                place: Place(file: "--on")
            )
        }
        steps[step] = target
    }

    private static func empty(_ text: String) -> Mistake {
        Mistake(
            "a target without a name in `\(text)`",
            fix: "write `TARGET`, or several with commas; `STEP=TARGET` sends one step elsewhere",
            code: "wrong-target",
            place: Place(file: "--on")
        )
    }

    /// Throws for a step that none of the experiments has.
    func checkSteps(_ known: [String]) throws {
        for step in steps.keys where !known.contains(step) {
            let near = nearestName(to: step, among: known).map { "did you mean `\($0)`?" }
            throw Mistake(
                "the experiment has no step `\(step)`",
                why: known.isEmpty
                    ? "it is a single command" : "its steps are " + known.map { "`\($0)`" }.joined(separator: ", "),
                fix: near ?? (known.isEmpty ? "name the target alone: `--on \(steps[step] ?? "")`" : nil),
                code: "unknown-step",
                place: Place(file: "--on")
            )
        }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

/// Deals runs out to targets in turn: as many to each as the shares of all say, and never many in a row to one.
struct RunDealing {
    private var hands: [(target: String, share: Int, credit: Int)]

    /// Every target has the same share, unless all say how many runs they take at once.
    init(_ targets: [TargetSettings]) {
        let slots = targets.compactMap(\.mostRuns)
        hands = targets.enumerated()
            .map { index, target in (target.name, slots.count == targets.count ? slots[index] : 1, 0) }
    }

    /// The target of the next run.
    mutating func next() -> String? {
        let whole = hands.reduce(0) { $0 + $1.share }
        for index in hands.indices { hands[index].credit += hands[index].share }
        guard let most = hands.map(\.credit).max(), let chosen = hands.firstIndex(where: { $0.credit == most }) else {
            return nil
        }
        hands[chosen].credit -= whole
        return hands[chosen].target
    }
}
