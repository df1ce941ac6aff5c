import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseTracking

/// What a server made of one call.
enum MLflowAnswer {
    case done(Value)
    /// It will never take this: MLflow's code and message.
    case rejected(code: String, message: String)
    /// It does not have what the call is about.
    case missing(String)
    /// It failed over this very call.
    case failed(String)
    /// It takes nothing now, from nobody or not from us.
    case unavailable(String)

    init(_ outcome: HTTPOutcome, from uri: String) {
        switch outcome {
        case .silence(let reason): self = .unavailable(reason)
        case .reply(let reply):
            let value = try? Value(json: reply.body[...])
            self = Self.answer(reply, value?.mapValue, uri)
        }
    }

    private static func answer(_ reply: HTTPReply, _ fields: Mapping?, _ uri: String) -> MLflowAnswer {
        let code = fields?["error_code"]?.stringValue
        let message = String((fields?["message"]?.stringValue ?? firstLine(reply.text)).prefix(300))
        switch reply.status {
        case 200..<300: return .done(.map(fields ?? [:]))
        case 300..<400: return .unavailable("`\(uri)` leads elsewhere (status \(reply.status)); name where it leads to")
        case 401, 403:
            return .unavailable(
                "`\(uri)` does not let us in (status \(reply.status)): check `credential` and `username`"
            )
        case 404 where code == nil: return .unavailable("`\(uri)` is no MLflow server: it answers 404")
        case 404: return .missing(message)
        case 408, 429, 502, 503, 504: return .unavailable("`\(uri)` answers \(reply.status): \(message)")
        case 413: return .rejected(code: "413", message: message)
        // Without MLflow's code it is no word of MLflow about what was sent.
        case 400..<500 where code == nil: return .unavailable("`\(uri)` answers \(reply.status): \(message)")
        case 400..<500: return .rejected(code: code ?? "", message: message)
        default: return .failed("`\(uri)` answers \(reply.status): \(message)")
        }
    }

    private static func firstLine(_ text: String) -> String {
        String(text.split(whereSeparator: \.isNewline).first ?? "")
    }

    /// What it means for the parcel; nil where the call was done.
    var failure: DeliveryFailure? {
        switch self {
        case .done: nil
        case .rejected(_, let message), .failed(let message): .refused(message)
        case .missing(let message): .vanished(message)
        case .unavailable(let reason): .unavailable(reason)
        }
    }
}

extension Value {
    /// The field at the end of these names, where all of them are there.
    func field(_ names: String...) -> Value? {
        var value: Value? = self
        for name in names { value = value?.mapValue?[name] }
        return value
    }
}
