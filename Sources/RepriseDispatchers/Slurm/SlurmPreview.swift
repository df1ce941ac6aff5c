import RepriseSite

extension SlurmCluster {
    func submissions(_ previews: [ClusterPreview]) -> [PreviewedSubmission] {
        guard !settings.usesSrun else { return previews.map { PreviewedSubmission(text: preview($0)) } }
        var series = SlurmSeries(settings, ordersJobs: settings.ordersJobs && parts.target.text("ssh") == nil)
        for preview in previews {
            let batch = batch(preview)
            series.append(batch, after: preview.after) { names in
                var part = preview
                part.names = names
                return self.batch(part)
            }
        }
        return series.submissions
    }
}

/// What Slurm will be given one after the other, before anybody knows the numbers that it will give to it: `JOB-1` stands for
/// that of the first. Pure.
struct SlurmSeries {
    private let settings: SlurmSettings
    private let ordersJobs: Bool
    private var batches: [SlurmBatch] = []
    /// Jobs that Slurm has, and that others may come after.
    private var known: [String: SlurmNeed] = [:]

    init(_ settings: SlurmSettings, ordersJobs: Bool) {
        self.settings = settings
        self.ordersJobs = ordersJobs
    }

    /// `after` names for each job those that it comes after. Where all are among what came before, it is one submission for each
    /// dependency, of which `part` makes the batch; else one by itself, when they have finished.
    mutating func append(_ batch: SlurmBatch, after: [[String]], part: ([String]) -> SlurmBatch) {
        guard after.contains(where: { !$0.isEmpty }) else { return add(batch, isKnown: true) }
        let names = batch.entries.map(\.key)
        let needs = after.map { $0.compactMap { known[$0] } }
        guard ordersJobs, zip(needs, after).allSatisfy({ $0.count == $1.count }) else {
            return add(batch, isKnown: false)
        }
        let orders = SlurmOrder.orders(Array(zip(names, needs)))
        let slots = settings.slots.map { $0 / orders.count }
        guard orders.count <= SlurmBatch.most, slots != 0 else { return add(batch, isKnown: false) }
        for order in orders {
            var batch = part(order.jobs)
            batch.slots = slots
            batch.come(after: order)
            add(batch, isKnown: true)
        }
    }

    private mutating func add(_ batch: SlurmBatch, isKnown: Bool) {
        batches.append(batch)
        guard isKnown else { return }
        for (position, entry) in batch.entries.enumerated() {
            known[entry.key] = SlurmNeed(
                id: mark(batches.count),
                task: batch.isArray ? batch.number(at: position) : nil,
                size: batch.isArray ? batch.entries.count : nil
            )
        }
    }

    private func mark(_ number: Int) -> String { "JOB-\(number)" }

    /// Marked are those that others come after.
    var submissions: [PreviewedSubmission] {
        let named = Set(batches.compactMap(\.dependency).flatMap { $0.split { ":_".contains($0) } }.map(String.init))
        return batches.enumerated()
            .map { position, batch in
                let mark = mark(position + 1)
                let text = SlurmScript.text(batch, settings)
                return PreviewedSubmission(text: text, mark: named.contains(mark) ? mark : nil)
            }
    }
}
