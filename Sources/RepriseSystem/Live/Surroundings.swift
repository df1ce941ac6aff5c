import CRepriseSystem
import Glibc

/// What this process was started with, for the composition root: the library itself never looks.
package enum Surroundings {
    /// The environment; the first of two variables with one name counts, as getenv sees it.
    package static var variables: [String: String] {
        var variables: [String: String] = [:]
        guard var entry = reprise_environment() else { return variables }
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, variables[String(parts[0])] == nil { variables[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return variables
    }

    /// The working directory, absolute; `/` where it was removed under us.
    package static var folder: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    /// The path of this program's file.
    package static var executable: String? {
        guard let path = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }

    package static func isTerminal(_ stream: StandardStream) -> Bool { isatty(stream.rawValue) == 1 }

    /// Columns of the terminal behind the stream; nil where there is none.
    package static func columns(of stream: StandardStream) -> Int? {
        let columns = reprise_terminal_columns(stream.rawValue)
        return columns > 0 ? Int(columns) : nil
    }

    /// Makes writing to a reader that has gone an error instead of this process's end.
    package static func surviveBrokenPipes() { reprise_survive_broken_pipes() }

    /// Ends this process.
    package static func end(_ status: Int32) -> Never { exit(status) }
}

/// Standard output or standard error of this process, without a buffer.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case errors = 2

    /// What writing came to.
    package enum Outcome: Hashable, Sendable {
        case written
        /// Nobody reads any more.
        case broken
        /// The reason of the system.
        case refused(String)
    }

    /// Writes all of it, waiting for a slow reader.
    package func write(_ bytes: [UInt8]) -> Outcome {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var waiting = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, -1)
            case EPIPE: return .broken
            default: return .refused(String(cString: strerror(errno)))
            }
        }
        return .written
    }
}
