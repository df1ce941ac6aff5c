import RepriseTestKit
import RepriseTracking
import Testing

@testable import RepriseStore

@Suite struct `Chunk format` {
    private func decoded(_ bytes: [UInt8], count: Int) -> SeriesPoints? {
        var points = SeriesPoints(roomFor: count)
        let number = bytes.withUnsafeBytes { ChunkFormat.decode($0, into: &points, at: 0) }
        return number == count ? points : nil
    }

    private func isSame(_ left: SeriesPoints?, _ right: SeriesPoints) -> Bool {
        left?.steps == right.steps && left?.times == right.times
            && left?.values.map(\.bitPattern) == right.values.map(\.bitPattern)
    }

    @Test func `whatever points come in, the same bits come out`() {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<500 {
            let points = SeriesPoints.random(Int.random(in: 1...1024, using: &generator), &generator)
            #expect(isSame(decoded(ChunkFormat.encode(points), count: points.count), points))
        }
    }

    @Test func `NaN, infinities, minus zero and the ends of every range keep their bits`() {
        let values: [Double] = [
            .nan, .infinity, -.infinity, -0.0, 0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -1e-300, 0.1, 1e22,
            Double(bitPattern: 0x7FF0_0000_0000_0001),
        ]
        let ends = [Int64.min, .max, 0, -1, 1, .min + 1, .max - 1, 5, 5, 5, -7]
        let points = SeriesPoints(steps: ends, times: ends.reversed(), values: values)
        #expect(isSame(decoded(ChunkFormat.encode(points), count: 11), points))
    }

    @Test func `an even series of short decimals costs few bytes`() {
        var points = SeriesPoints()
        for index in 0..<1024 {
            points.append(
                step: Int64(index),
                time: 1_700_000_000_000 + Int64(index) * 10,
                value: 0.25 - Double(index % 8) / 100
            )
        }
        #expect(ChunkFormat.encode(points).count < 1200)
    }

    @Test func `damaged bytes are refused or read as other points, never beyond their end`() {
        var generator = SeededGenerator(seed: 10)
        for _ in 0..<5000 {
            let points = SeriesPoints.random(Int.random(in: 1...40, using: &generator), &generator)
            var bytes = ChunkFormat.encode(points)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                switch Int.random(in: 0..<3, using: &generator) {
                case 0:
                    bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(
                        in: 0...255,
                        using: &generator
                    )
                case 1: bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
                default: bytes.append(UInt8.random(in: 0...255, using: &generator))
                }
            }
            var room = SeriesPoints(roomFor: 40)
            let count = bytes.withUnsafeBytes { ChunkFormat.decode($0, into: &room, at: 0) }
            #expect(count ?? 0 <= 40)
            #expect(room.count == 40)
        }
    }
}

extension SeriesPoints {
    /// Points of one of the kinds that programs log.
    static func random(_ count: Int, _ generator: inout SeededGenerator) -> SeriesPoints {
        var points = SeriesPoints()
        let kind = Int.random(in: 0..<5, using: &generator)
        for index in 0..<count {
            let value: Double =
                switch kind {
                case 0: Double(Int.random(in: -1000...1000, using: &generator)) / 1000
                case 1: Double.random(in: -1...1, using: &generator)
                case 2: Double(Float.random(in: -1...1, using: &generator))
                case 3: Double(bitPattern: generator.next())
                default: [0.5, 0.5, 0.5, .nan, -0.0].randomElement(using: &generator) ?? 0
                }
            let isOutOfOrder = Int.random(in: 0..<20, using: &generator) == 0
            let step = isOutOfOrder ? Int64(bitPattern: generator.next()) : Int64(index) * 10
            let time = 1_700_000_000_000 + Int64(index) * 1000 + Int64.random(in: 0..<9, using: &generator)
            // What stands for "unset" on the way in is no step of its own.
            points.append(step: max(step, -.max), time: time, value: value)
        }
        return points
    }
}
