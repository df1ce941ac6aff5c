import Glibc

/// Whose rights this process has, as numbers.
package struct ProcessOwner: Hashable, Sendable {
    package var user: Int
    package var group: Int
    /// The other groups that it belongs to.
    package var groups: [Int]

    package init(user: Int, group: Int, groups: [Int] = []) {
        self.user = user
        self.group = group
        self.groups = groups
    }

    package static var current: ProcessOwner {
        let count = max(0, getgroups(0, nil))
        let numbers = [gid_t](unsafeUninitializedCapacity: Int(count)) { buffer, filled in
            filled = Int(max(0, getgroups(count, buffer.baseAddress)))
        }
        let group = getegid()
        return ProcessOwner(
            user: Int(geteuid()),
            group: Int(group),
            groups: numbers.filter { $0 != group }.map { Int($0) }.sorted()
        )
    }
}
