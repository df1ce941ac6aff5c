private import COpenSSL
import RepriseModel

/// SHA-256 (FIPS 180-4) over bytes that arrive in pieces, by OpenSSL's libcrypto.
package struct SHA256Hasher {
    private var context = SHA256_CTX()

    package init() { SHA256_Init(&context) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        SHA256_Update(&context, bytes.baseAddress, bytes.count)
    }

    package mutating func update(_ bytes: some Collection<UInt8>) {
        if bytes.withContiguousStorageIfAvailable({ SHA256_Update(&context, $0.baseAddress, $0.count) }) == nil {
            Array(bytes).withUnsafeBytes { update($0) }
        }
    }

    /// Ends the hash. The hasher must not be used again.
    package mutating func finish() -> Digest {
        let octets = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            SHA256_Final(buffer.baseAddress, &context)
            count = 32
        }
        return Digest(octets: octets)
    }

    /// The digest of bytes that are all there.
    package static func digest(of bytes: some Collection<UInt8>) -> Digest {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        return hasher.finish()
    }
}
