import RepriseModel

extension Supervisor {
    /// Whether somebody has to make room on a disk. What a program has computed for hours is not given up for that: it lies
    /// there, and is taken in when there is room again.
    func lacksRoom(_ error: any Error) -> Bool { (error as? any RepriseError)?.code == "disk-full" }
}
