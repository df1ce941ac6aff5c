import ArgumentParser
import RepriseModel

/// What the command line says about an error, and with which status it ends.
struct ErrorReport {
    var status: Int32
    /// The three lines of an error that a person can see; nil where nothing is to be said.
    var message: Mistake?

    static func about(_ error: any Error) -> ErrorReport {
        switch error {
        case let code as ExitCode: ErrorReport(status: code.rawValue)
        // As a shell counts the signal that ends others: 128 + SIGPIPE.
        case is BrokenPipe: ErrorReport(status: 141)
        case is CancellationError: ErrorReport(status: 130)
        case let error as any RepriseError: ErrorReport(status: status(of: error.fault), message: Mistake(error))
        default: ErrorReport(status: 70, message: bug(error))
        }
    }

    private static func status(of fault: Fault) -> Int32 {
        switch fault {
        case .usage: 2
        case .world: 1
        case .bug: 70
        }
    }

    private static func bug(_ error: any Error) -> Mistake {
        Mistake(
            "this is a bug in reprise: an error that nobody expected",
            why: String(reflecting: error).harmless,
            fix: "report it with this text, the command, and what `reprise version` prints",
            code: "bug",
            fault: .bug
        )
    }

    /// As people read it.
    func text(isColoured: Bool) -> String? {
        message.map { Paint.red.applied(to: "error:", isColoured) + " " + $0.description }
    }

    /// As programs read it.
    var value: Value? {
        message.map { message in
            [
                "error": [
                    "what": .string(message.what),
                    "why": message.why.map(Value.string) ?? .null,
                    "fix": message.fix.map(Value.string) ?? .null,
                    "code": .string(message.code),
                    "place": message.place.map { .string($0.description) } ?? .null,
                ]
            ]
        }
    }
}

extension Mistake {
    /// The same error without its own type.
    init(_ error: any RepriseError) {
        self.init(
            error.what,
            why: error.why,
            fix: error.fix,
            code: error.code,
            place: error.place,
            fault: error.fault
        )
    }
}
