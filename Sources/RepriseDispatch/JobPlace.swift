import RepriseModel

extension Job {
    /// The folder of the job's run here, absolute: the job's own, or the one above it that its key tells.
    package var runFolder: String {
        let below = key.folder
        return below.isEmpty ? folder : String(folder.dropLast(below.count + 1))
    }
}
