import RepriseModel

/// Speaks HTTP to a server elsewhere.
package protocol HTTPClient: Sendable {
    /// Sends the calls one after another, over one connection where the server keeps it, and hands back an outcome for
    /// each. After a call that got no reply the others are not sent, and share its outcome.
    ///
    /// Redirections are not followed: they are replies. Throws only if nothing can be sent from here at all.
    func send(_ calls: [HTTPCall]) async throws -> [HTTPOutcome]
}

/// One request.
package struct HTTPCall: Hashable, Sendable {
    package enum Method: String, Hashable, Sendable { case get = "GET", post = "POST", put = "PUT" }

    package enum Body: Hashable, Sendable {
        case none
        case json(String)
        /// `a=1&b=2`, encoded already.
        case form(String)
        /// A file's whole content, sent as it is read.
        case file(String)
    }

    package var method: Method
    package var url: String
    package var body: Body
    package var login: HTTPLogin
    /// The longest that the whole call may take; a file may take longer as long as it moves.
    package var limit: Duration
    /// The media types that the reply may have.
    package var accept: String
    /// Whether the reply's header fields are wanted; else they are not looked at.
    package var wantsFields: Bool

    package init(
        _ method: Method,
        _ url: String,
        body: Body = .none,
        login: HTTPLogin = .none,
        limit: Duration = .seconds(60),
        accept: String = "application/json",
        wantsFields: Bool = false
    ) {
        self.method = method
        self.url = url
        self.body = body
        self.login = login
        self.limit = limit
        self.accept = accept
        self.wantsFields = wantsFields
    }
}

/// How a client shows who it is.
package enum HTTPLogin: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// What `~/.netrc` says of the host, if anything.
    case none
    case bearer(String)
    case basic(user: String, password: String)

    package var description: String {
        switch self {
        case .none: "none"
        case .bearer: "bearer"
        case .basic: "basic"
        }
    }

    package var debugDescription: String { description }
}

package enum HTTPOutcome: Hashable, Sendable {
    case reply(HTTPReply)
    /// No reply came: why, in words. What was sent may have arrived all the same.
    case silence(String)
}

package struct HTTPReply: Hashable, Sendable {
    package var status: Int
    package var body: [UInt8]
    /// Header fields by their names in lower case, where they were asked for; the last of several with one name.
    package var fields: [String: String]

    package init(status: Int, body: [UInt8] = [], fields: [String: String] = [:]) {
        self.status = status
        self.body = body
        self.fields = fields
    }

    package var isSuccess: Bool { (200..<300).contains(status) }
    package var text: String { String(decoding: body, as: UTF8.self) }
}

/// The text with everything but letters, digits and `-._~` as `%XX`, and with `keeping` as they are.
package func percentEncoded(_ text: String, keeping: String = "") -> String {
    var encoded = ""
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            encoded.unicodeScalars.append(Unicode.Scalar(byte))
        case _ where keeping.utf8.contains(byte): encoded.unicodeScalars.append(Unicode.Scalar(byte))
        default: encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
    }
    return encoded
}
