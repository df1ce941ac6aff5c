@testable import RepriseDispatchers
import RepriseImages
import RepriseModel
import RepriseSystem
import Testing

@Suite struct `Signatures for AWS` {
    private let example = AWSCredentials(
        key: "AKIAIOSFODNN7EXAMPLE",
        secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    )

    @Test func `keyed hashes are those of RFC 4231`() {
        let short = HMAC.sha256(Array("Hi There".utf8), key: [UInt8](repeating: 0x0B, count: 20))
        #expect(hexadecimal(short) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        let long = HMAC.sha256(
            Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            key: [UInt8](repeating: 0xAA, count: 131)
        )
        #expect(hexadecimal(long) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test func `the published example of a signed address`() throws {
        let signature = AWSSignature(
            credentials: example,
            region: "us-east-1",
            moment: try #require(Timestamp("2013-05-24"))
        )
        let address = S3Address(scheme: "https", host: "examplebucket.s3.amazonaws.com", path: "/test.txt")
        let url = signature.url("GET", address, lasting: .seconds(86400))
        #expect(url.hasPrefix("https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&"))
        #expect(url.contains("X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&"))
        #expect(url.contains("X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&"))
        #expect(url.hasSuffix("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"))
    }

    /// The policy of the published example is text of its own, with line breaks of its own.
    @Test func `the published example of a signed form`() throws {
        let signature = AWSSignature(
            credentials: example,
            region: "us-east-1",
            moment: try #require(Timestamp("2015-12-29"))
        )
        let lines = [
            #"{ "expiration": "2015-12-30T12:00:00.000Z","#, #"  "conditions": ["#,
            #"    {"bucket": "sigv4examplebucket"},"#, #"    ["starts-with", "$key", "user/user1/"],"#,
            #"    {"acl": "public-read"},"#,
            #"    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},"#,
            #"    ["starts-with", "$Content-Type", "image/"],"#, #"    {"x-amz-meta-uuid": "14365123651274"},"#,
            #"    {"x-amz-server-side-encryption": "AES256"},"#, #"    ["starts-with", "$x-amz-meta-tag", ""],"#, "",
            #"    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},"#,
            #"    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},"#, #"    {"x-amz-date": "20151229T000000Z" }"#, "  ]", "}",
        ]
        let policy = base64(Array(lines.joined(separator: "\r\n").utf8))
        #expect(
            signature.signature(of: policy) == "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
        )
    }

    /// The signatures are those of botocore 1.43 for the same moment.
    @Test func `addresses with all that must be encoded, of a session`() throws {
        let signature = AWSSignature(
            credentials: AWSCredentials(key: "AKIDEXAMPLE", secret: "secret/key+x", token: "to/ken+=="),
            region: "eu-central-1",
            moment: try #require(Timestamp("2026-03-04T05:06:07Z"))
        )
        let place = S3Place(bucket: "my-bucket", prefix: "", region: "eu-central-1", endpoint: nil)
        let put = signature.url("PUT", place.address(key: "a/b c/ö+.tar"), lasting: .seconds(3600))
        #expect(put.hasPrefix("https://my-bucket.s3.eu-central-1.amazonaws.com/a/b%20c/%C3%B6%2B.tar?X-Amz-Algorithm="))
        #expect(put.hasSuffix("=08c070b9d5d39269e5941aee6b35ff9a029c1b64e13f48acb23e7b03a6506219"))
        let query = [("list-type", "2"), ("prefix", "a b/c")]
        let list = signature.url("GET", place.bucketAddress, query: query, lasting: .seconds(3600))
        #expect(list.hasSuffix("=3522c57a3e8b1a548ae9375a5aa9fcfa99e032bfe74e633e14fd82a5072e6420"))
        #expect(list.contains("&list-type=2&prefix=a%20b%2Fc&") || list.contains("prefix=a%20b%2Fc"))
    }

    @Test func `a form says what may be sent, and until when`() throws {
        let signature = AWSSignature(
            credentials: AWSCredentials(key: "K", secret: "S", token: "T"),
            region: "eu-west-1",
            moment: Timestamp(milliseconds: 1_700_000_000_000)
        )
        let fields = signature.form(bucket: "b", prefix: "p/", until: Timestamp(milliseconds: 1_700_000_060_999))
        let policy = try #require(fields.first { $0.name == "policy" }.flatMap { base64Decoded($0.value) })
        #expect(
            String(decoding: policy, as: UTF8.self) == #"{"expiration":"2023-11-14T22:14:20Z","conditions":"#
                + #"[{"bucket":"b"},["starts-with","$key","p/"],{"success_action_status":"200"},"#
                + #"{"x-amz-algorithm":"AWS4-HMAC-SHA256"},{"x-amz-credential":"K/20231114/eu-west-1/s3/aws4_request"},"#
                + #"{"x-amz-date":"20231114T221320Z"},{"x-amz-security-token":"T"}]}"#
        )
    }

    @Test func `a session's end limits what is signed`() {
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        var credentials = AWSCredentials(key: "K", secret: "S")
        #expect(credentials.isFresh(now) && credentials.lasting(now) == .seconds(604_800))
        credentials.end = now.advanced(by: .seconds(3600))
        #expect(credentials.isFresh(now) && credentials.lasting(now) == .seconds(3600))
        credentials.end = now.advanced(by: .seconds(60))
        #expect(!credentials.isFresh(now))
        #expect(!"\(credentials)".contains("S") && !String(reflecting: credentials).contains("\"S\""))
    }

    @Test func `credentials from variables, and from what the command exports`() throws {
        #expect(AWSCredentials(["AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": ""]) == nil)
        let plain = try #require(AWSCredentials(["AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "S"]))
        #expect(plain == AWSCredentials(key: "K", secret: "S"))
        let text =
            #"{"Version": 1, "AccessKeyId": "K", "SecretAccessKey": "S", "SessionToken": "T", "Expiration": "2026-03-04T05:06:07+00:00"}"#
        let exported = try #require(AWSCredentials(json: text))
        #expect(exported.token == "T" && exported.end == Timestamp("2026-03-04T05:06:07Z"))
    }
}
