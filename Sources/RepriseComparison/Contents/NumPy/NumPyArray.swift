import OrderedCollections
import RepriseModel

/// An array in NumPy's own format (`.npy`, versions 1 to 3), its elements still in the file's bytes.
struct NumPyArray {
    let element: NumPyElement
    let shape: [Int]
    let isFortranOrder: Bool
    let bytes: ArraySlice<UInt8>
    let count: Int

    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    init(_ bytes: ArraySlice<UInt8>, side: Side) throws(ContentError) {
        let (header, data) = try Self.parts(bytes, side: side)
        guard let fields = PythonLiteral.value(of: header)?.mapValue, let description = fields["descr"],
            let isFortranOrder = fields["fortran_order"]?.boolValue, let shape = fields["shape"]?.listValue
        else { throw .malformed(side, "its header is no NumPy header") }
        guard case .string(let type) = description, let element = NumPyElement(type) else {
            let name = if case .string(let type) = description { "the type `\(type)`" } else { "records" }
            throw .unsupported("NumPy arrays of \(name) are not compared element by element")
        }
        self.shape = shape.compactMap { $0.integerValue.flatMap(Int.init(exactly:)) }
        guard self.shape.count == shape.count, self.shape.count <= 64, self.shape.allSatisfy({ $0 >= 0 }),
            let count = Self.product(self.shape), let size = Self.product([count, element.size])
        else { throw .malformed(side, "its shape is no shape") }
        guard data.count >= size else {
            throw .malformed(side, "it ends after \(data.count) of \(size) bytes of elements")
        }
        self.element = element
        self.isFortranOrder = isFortranOrder
        self.count = count
        self.bytes = data.prefix(size)
    }

    private static func parts(
        _ bytes: ArraySlice<UInt8>,
        side: Side
    ) throws(ContentError) -> (header: ArraySlice<UInt8>, data: ArraySlice<UInt8>) {
        guard bytes.starts(with: magic), bytes.count >= 10 else { throw .malformed(side, "it is no NumPy array") }
        let rest = bytes.dropFirst(6)
        let version = rest[rest.startIndex]
        guard (1...3).contains(version) else {
            throw .unsupported("version \(version) of NumPy's format is not known")
        }
        let width = version == 1 ? 2 : 4
        let lengthBytes = rest.dropFirst(2).prefix(width)
        guard lengthBytes.count == width else { throw .malformed(side, "its header is cut off") }
        let length = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
        let after = rest.dropFirst(2 + width)
        guard after.count >= length, length <= 1 << 20 else { throw .malformed(side, "its header is cut off") }
        return (after.prefix(length), after.dropFirst(length))
    }

    /// Nil where it does not fit a word. An axis of length 0 makes it 0.
    private static func product(_ factors: [Int]) -> Int? {
        if factors.contains(0) { return 0 }
        var product = 1
        for factor in factors {
            let (next, overflow) = product.multipliedReportingOverflow(by: factor)
            if overflow { return nil }
            product = next
        }
        return product
    }

    /// The indices of an element by its number in C order.
    func indices(_ number: Int) -> [Int] {
        var rest = number
        var indices = shape
        for axis in shape.indices.reversed() {
            indices[axis] = rest % shape[axis]
            rest /= shape[axis]
        }
        return indices
    }

    /// Where the element with that number in C order lies among the bytes.
    func offset(_ number: Int) -> Int {
        guard isFortranOrder, shape.count > 1 else { return number * element.size }
        var (position, stride, rest, place) = (0, count, number, 0)
        for axis in shape.indices.reversed() {
            stride /= shape[axis]
            position = rest % shape[axis]
            rest /= shape[axis]
            place += position * stride
        }
        return place * element.size
    }
}
