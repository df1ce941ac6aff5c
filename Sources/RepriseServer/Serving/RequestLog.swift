import RepriseModel
import RepriseSystem

/// One line for each request: when, method, path, status, milliseconds. Never a body, a query or a token.
struct RequestLog: Sendable {
    let wallClock: any WallClock
    let write: @Sendable (String) -> Void

    func note(_ method: String, _ path: Substring, _ status: Int, _ took: Duration) {
        let tenths = Int64((took / .microseconds(100)).rounded())
        write("\(wallClock.now()) \(method) \(plain(path)) \(status) \(tenths / 10).\(tenths % 10) ms")
    }

    /// The path is the client's: nothing in it may break the line or drive a terminal.
    private func plain(_ path: Substring) -> String {
        String(decoding: path.utf8.prefix(500).map { $0 > 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}
