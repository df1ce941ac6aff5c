import RepriseModel

/// One piece of a growing event file being taken in.
///
/// Records stand one behind another (`tensorflow/core/lib/io/record_writer.h`): the length in eight bytes, the checksum of
/// those, the data, and their checksum.
struct EventReading {
    /// A longer record holds a picture or a graph. It is passed over, and never kept in memory as a whole.
    static let longestRecord = 2 << 20

    private(set) var position: IngestPosition
    /// A checksum does not fit: nothing from there on can be read.
    private(set) var isDamaged = false
    private var scalars: EventScalars

    init(prefix: String, position: IngestPosition) {
        self.position = position
        scalars = EventScalars(prefix: prefix)
    }

    var columns: [MetricColumn] { scalars.columns.filter { !$0.points.isEmpty } }

    /// Takes in every whole record of the piece, and moves the position behind it. `end` is the size of the file: a long
    /// record that ends before it is passed over, even where the piece ends earlier.
    mutating func take(_ piece: UnsafeRawBufferPointer, end: Int64) {
        var rest = piece
        while rest.count >= 12 {
            let length = UInt64(littleEndian: rest.loadUnaligned(as: UInt64.self))
            guard checks(rest, 0..<8) else { return isDamaged = true }
            if length > UInt64(EventReading.longestRecord) {
                guard length < UInt64(Int64.max) - 16, position.offset <= end - Int64(length) - 16 else { return }
                position.lines += 1
                position.offset += Int64(length) + 16
                guard rest.count > Int(length) + 16 else { return }
            } else {
                guard rest.count >= Int(length) + 16 else { return }
                guard checks(rest, 12..<12 + Int(length)) else { return isDamaged = true }
                position.lines += 1
                position.offset += Int64(length) + 16
                let event = UnsafeRawBufferPointer(rebasing: rest[12..<12 + Int(length)])
                if !scalars.take(event) { position.rejected += 1 }
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[(Int(length) + 16)...])
        }
    }

    /// Whether the checksum behind that range is its own.
    private func checks(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        let said = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: range.upperBound, as: UInt32.self))
        return said == MaskedChecksum.standard.of(UnsafeRawBufferPointer(rebasing: bytes[range]))
    }
}
