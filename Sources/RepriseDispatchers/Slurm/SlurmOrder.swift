/// Jobs that one `sbatch` takes together, and what `--dependency` says of them. Pure.
///
/// An array has one dependency for all of its tasks. Either all come after the same jobs, or (`aftercorr`) each task comes
/// after those of the same number in other arrays: then the steps of a whole sweep are a few arrays, whatever its size.
struct SlurmOrder<Member: Hashable & Sendable>: Hashable, Sendable {
    /// nil where everything that they come after has finished.
    var dependency: String?
    var jobs: [Member]
    /// The numbers of the tasks, ascending; nil where any will do.
    var numbers: [Int]?

    /// As few of them as possible, in the order of the jobs.
    static func orders(_ jobs: [(job: Member, needs: [SlurmNeed])]) -> [SlurmOrder] {
        let same = byNeeds(jobs)
        guard same.count > 1 else { return same }
        guard let corresponding = byTask(jobs), corresponding.count < same.count else { return same }
        return corresponding
    }

    /// Those that come after the very same jobs.
    private static func byNeeds(_ jobs: [(job: Member, needs: [SlurmNeed])]) -> [SlurmOrder] {
        var order: [Set<SlurmNeed>] = []
        var groups: [Set<SlurmNeed>: [Member]] = [:]
        for (job, needs) in jobs {
            let needs = Set(needs)
            if groups[needs] == nil { order.append(needs) }
            groups[needs, default: []].append(job)
        }
        return order.map { SlurmOrder(dependency: afterAll($0), jobs: groups[$0] ?? []) }
    }

    private static func afterAll(_ needs: Set<SlurmNeed>) -> String? {
        guard !needs.isEmpty else { return nil }
        let words = Dictionary(grouping: needs, by: \.id).sorted { isBefore($0.key, $1.key) }
            .flatMap { id, needs -> [String] in
                let tasks = needs.compactMap(\.task).sorted()
                // All of an array are the array.
                if tasks.count < needs.count || needs.first?.size == tasks.count { return [id] }
                return tasks.map { "\(id)_\($0)" }
            }
        return "afterok:" + words.joined(separator: ":")
    }

    /// Those that come after tasks of their own number; nil where some do not.
    private static func byTask(_ jobs: [(job: Member, needs: [SlurmNeed])]) -> [SlurmOrder]? {
        var order: [Place] = []
        var groups: [Place: [(number: Int, job: Member, needs: [SlurmNeed])]] = [:]
        var seen: [Place: Int] = [:]
        for (job, needs) in jobs {
            let arrays = Set(needs.map(\.id)).sorted(by: isBefore)
            guard let number = needs.first?.task, needs.allSatisfy({ $0.task == number }), arrays.count == needs.count
            else { return nil }
            // Several of one number, such as the splits of a step, go into as many arrays.
            let place = Place(arrays: arrays, number: number)
            let group = Place(arrays: arrays, number: seen[place, default: 0])
            seen[place, default: 0] += 1
            if groups[group] == nil { order.append(group) }
            groups[group, default: []].append((number, job, needs))
        }
        return order.map { place in
            let members = (groups[place] ?? []).sorted { $0.number < $1.number }
            // A job by itself is no array.
            let dependency =
                members.count == 1
                ? afterAll(Set(members[0].needs)) : "aftercorr:" + place.arrays.joined(separator: ":")
            return SlurmOrder(dependency: dependency, jobs: members.map(\.job), numbers: members.map(\.number))
        }
    }

    private struct Place: Hashable {
        var arrays: [String]
        var number: Int
    }

    private static func isBefore(_ left: String, _ right: String) -> Bool {
        left.count != right.count ? left.count < right.count : left < right
    }
}
