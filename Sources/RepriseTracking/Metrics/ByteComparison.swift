import Glibc

extension UnsafeRawBufferPointer {
    @inline(__always)
    func equals(_ other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard let left = baseAddress, let right = other.baseAddress else { return true }
        return memcmp(left, right, count) == 0
    }

    @inline(__always)
    func equals(_ word: StaticString) -> Bool {
        equals(UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    func begins(with word: StaticString) -> Bool {
        count >= word.utf8CodeUnitCount
            && UnsafeRawBufferPointer(rebasing: self[..<word.utf8CodeUnitCount]).equals(word)
    }

    /// Where the first line end stands.
    var lineEnd: Int? {
        guard let baseAddress, let end = memchr(baseAddress, 0x0A, count) else { return nil }
        return UnsafeRawPointer(end) - baseAddress
    }
}
