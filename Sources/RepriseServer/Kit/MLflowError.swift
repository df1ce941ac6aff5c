import HTTPTypes
import RepriseModel

/// An answer that tells an MLflow client what went wrong: a status, and `{"error_code": …, "message": …}`.
///
/// Clients repeat a request that was answered with 408, 429 or 5xx for minutes. What a person did wrong must therefore
/// never be one of these.
package struct MLflowError: Error, Hashable, Sendable {
    /// MLflow's own names.
    package enum Code: String, Hashable, Sendable {
        case invalidParameterValue = "INVALID_PARAMETER_VALUE"
        case badRequest = "BAD_REQUEST"
        case resourceDoesNotExist = "RESOURCE_DOES_NOT_EXIST"
        case resourceAlreadyExists = "RESOURCE_ALREADY_EXISTS"
        case resourceConflict = "RESOURCE_CONFLICT"
        case invalidState = "INVALID_STATE"
        case endpointNotFound = "ENDPOINT_NOT_FOUND"
        case permissionDenied = "PERMISSION_DENIED"
        case unauthenticated = "UNAUTHENTICATED"
        case requestLimitExceeded = "REQUEST_LIMIT_EXCEEDED"
        case temporarilyUnavailable = "TEMPORARILY_UNAVAILABLE"
        case notImplemented = "NOT_IMPLEMENTED"
        case internalError = "INTERNAL_ERROR"
    }

    package var code: Code
    package var message: String
    /// Where the status is not the one that the code stands for, as 413 for a body that is too large.
    private var ownStatus: HTTPResponse.Status?

    package init(_ code: Code, _ message: String, status: HTTPResponse.Status? = nil) {
        self.code = code
        self.message = message
        ownStatus = status
    }

    package static func invalid(_ message: String) -> MLflowError { MLflowError(.invalidParameterValue, message) }
    package static func missing(_ message: String) -> MLflowError { MLflowError(.resourceDoesNotExist, message) }
    package static func exists(_ message: String) -> MLflowError { MLflowError(.resourceAlreadyExists, message) }

    package var status: HTTPResponse.Status { ownStatus ?? code.status }

    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.field("error_code", code.rawValue)
            writer.field("message", message)
        }
        return writer.bytes
    }
}

extension MLflowError.Code {
    var status: HTTPResponse.Status {
        switch self {
        case .invalidParameterValue, .badRequest, .resourceAlreadyExists: .badRequest
        case .resourceDoesNotExist, .endpointNotFound: .notFound
        case .resourceConflict: .conflict
        case .permissionDenied: .forbidden
        case .unauthenticated: .unauthorized
        case .requestLimitExceeded: .tooManyRequests
        case .temporarilyUnavailable: .serviceUnavailable
        case .notImplemented: .notImplemented
        case .invalidState, .internalError: .internalServerError
        }
    }
}
