import NIOCore
import RepriseModel

/// Why a server does not start.
package enum TrackingServerError: RepriseError, Hashable {
    case portTaken(host: String, port: Int)
    case openToStrangers(host: String)
    case emptyToken
    case unknownHost(String, message: String)
    case stopped

    package var what: String {
        switch self {
        case .portTaken(let host, let port): "port \(port) of `\(host)` is taken"
        case .openToStrangers(let host): "`\(host)` can be reached from other machines, and there is no token"
        case .emptyToken: "the token is empty"
        case .unknownHost(let host, _): "the server cannot listen on `\(host)`"
        case .stopped: "the server stopped before it was asked to"
        }
    }

    package var why: String? {
        switch self {
        case .portTaken: "another program listens there"
        case .openToStrangers: "anyone on the network could read, change and delete every run"
        case .unknownHost(_, let message): message
        case .emptyToken, .stopped: nil
        }
    }

    package var fix: String? {
        switch self {
        case .portTaken(_, let port):
            "take another one: `--port \(port < 65535 ? port + 1 : port - 1)`, or `--port 0` for any that is free"
        case .openToStrangers: "give `--token-file`, or stay on `127.0.0.1` and reach it through `ssh -L`"
        case .emptyToken: "write a long random word into the token file"
        case .unknownHost: "give an address of this machine, such as `127.0.0.1` or `0.0.0.0`"
        case .stopped: nil
        }
    }

    package var code: String {
        switch self {
        case .portTaken: "port-taken"
        case .openToStrangers: "open-to-strangers"
        case .emptyToken: "token-empty"
        case .unknownHost: "unknown-host"
        case .stopped: "server-stopped"
        }
    }

    package var fault: Fault { self == .stopped ? .bug : .usage }
}

extension TrackingServerError {
    init(_ error: any Error, _ options: TrackingServer.Options) {
        if let error = error as? IOError, error.errnoCode == portTakenCode {
            self = .portTaken(host: options.host, port: options.port)
        } else {
            self = .unknownHost(options.host, message: "\(error)")
        }
    }
}

/// EADDRINUSE of Linux.
private let portTakenCode: CInt = 98
