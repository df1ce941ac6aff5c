/// How fetching an image goes on, for people.
package enum ImageProgress: Hashable, Sendable {
    /// A line of the engine, or what is done now.
    case line(String)
    /// The total is nil while nobody knows it.
    case bytes(done: Int64, total: Int64?)
    /// For whom is waited: `process 12, which fetches …`.
    case waiting(String)
}
