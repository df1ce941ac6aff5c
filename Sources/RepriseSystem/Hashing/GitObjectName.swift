private import COpenSSL
import RepriseModel

/// The name that git gives an object (SHA-1 over kind, size and content), in 40 hexadecimal digits.
package func gitObjectName(kind: String, content: some Collection<UInt8>) -> String {
    var context = SHA_CTX()
    SHA1_Init(&context)
    let head = Array("\(kind) \(content.count)".utf8) + [0]
    _ = head.withUnsafeBytes { SHA1_Update(&context, $0.baseAddress, $0.count) }
    let isDone: Void? = content.withContiguousStorageIfAvailable { bytes in
        _ = SHA1_Update(&context, bytes.baseAddress, bytes.count)
    }
    if isDone == nil { _ = Array(content).withUnsafeBytes { SHA1_Update(&context, $0.baseAddress, $0.count) } }
    let octets = [UInt8](unsafeUninitializedCapacity: 20) { buffer, count in
        SHA1_Final(buffer.baseAddress, &context)
        count = 20
    }
    return hexadecimal(octets)
}
