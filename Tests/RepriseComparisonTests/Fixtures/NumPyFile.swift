/// The bytes of a `.npy` file, put together by hand after NumPy's description of the format.
func npy(
    _ type: String,
    shape: [Int],
    isFortranOrder: Bool = false,
    version: UInt8 = 1,
    elements: [UInt8]
) -> [UInt8] {
    let axes = shape.count == 1 ? "(\(shape[0]),)" : "(\(shape.map(String.init).joined(separator: ", ")))"
    let order = isFortranOrder ? "True" : "False"
    let fields = "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(axes), }"
    return npy(header: fields, version: version, elements: elements)
}

func npy(header fields: String, version: UInt8 = 1, elements: [UInt8]) -> [UInt8] {
    let width = version == 1 ? 2 : 4
    let length = (8 + width + fields.utf8.count + 1 + 63) / 64 * 64 - 8 - width
    let header = Array(fields.utf8) + [UInt8](repeating: 0x20, count: length - fields.utf8.count - 1) + [0x0A]
    let size = (0..<width).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + size + header + elements
}

func little<T: FixedWidthInteger>(_ numbers: [T]) -> [UInt8] {
    numbers.flatMap { number in (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> T($0 * 8)) } }
}

func little(_ numbers: [Double]) -> [UInt8] { little(numbers.map(\.bitPattern)) }

func big(_ numbers: [Double]) -> [UInt8] {
    numbers.flatMap { Array(little([$0.bitPattern]).reversed()) }
}
