/// Many jobs for an engine that has nothing to do yet, in parts that grow: the first is with the engine as soon as a few jobs
/// are ready, and it still gets few requests.
package enum SubmissionPart {
    /// How many jobs the first part has.
    static let first = 32
    /// How many times as many the next one has: an engine that executes the jobs of one part is to have them all when the next
    /// is ready.
    static let growth = 8

    /// In the same order, none of them empty; the last takes up to twice what would be its share.
    package static func parts<Job>(of jobs: [Job]) -> [[Job]] {
        var parts: [[Job]] = []
        var rest = jobs[...]
        var share = first
        while rest.count > 2 * share {
            parts.append(Array(rest.prefix(share)))
            rest = rest.dropFirst(share)
            share *= growth
        }
        return parts + [Array(rest)]
    }
}
