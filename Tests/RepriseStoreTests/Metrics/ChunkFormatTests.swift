import RepriseTestKit
import RepriseTracking
import Testing

@testable import RepriseStore

@Suite struct `A chunk of metrics` {
    private func back(_ points: SeriesPoints) -> SeriesPoints? {
        var decoded = SeriesPoints(roomFor: points.count)
        let count = ChunkFormat.encode(points).withUnsafeBytes { ChunkFormat.decode($0, into: &decoded, at: 0) }
        return count == points.count ? decoded : nil
    }

    private func series(_ values: [Double]) -> SeriesPoints {
        SeriesPoints(
            steps: values.indices.map { Int64($0) },
            times: values.indices.map { 1_772_357_400_000 + 250 * Int64($0) },
            values: values
        )
    }

    @Test(arguments: [
        [], [0], [-0.0], [-0.0, 1, 2], [0.1, 0.25, 12.5], [.nan, 1], [Double.infinity, -Double.infinity],
        [.leastNonzeroMagnitude, 1e300],
        [9_007_199_254_740_992, -9_007_199_254_740_991], [1e15, 1e-15], [Double(bitPattern: 0x7FF8_0000_0000_0001), 1],
        [0.1 + 0.2],
    ])
    func `gives back every bit`(values: [Double]) throws {
        let points = series(values)
        let decoded = try #require(back(points))
        #expect(decoded.values.map(\.bitPattern) == values.map(\.bitPattern))
        #expect(decoded.steps == points.steps)
        #expect(decoded.times == points.times)
    }

    @Test func `gives back steps and times of any size`() throws {
        let odd: [Int64] = [.max, .min, 0, -1, .max, 5]
        let points = SeriesPoints(steps: odd, times: odd.reversed(), values: [1, 2, 3, 4, 5, 6])
        #expect(back(points) == points)
    }

    @Test func `gives back whatever it is given`() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<300 {
            let kind = Int.random(in: 0..<4, using: &generator)
            let values = (0..<Int.random(in: 1...ChunkFormat.size, using: &generator))
                .map { index -> Double in
                    switch kind {
                    case 0: Double(bitPattern: generator.next())
                    case 1: Double(Int.random(in: -9999...9999, using: &generator)) / 1000
                    case 2: index % 3 == 0 ? -0.0 : 0
                    default: Double.random(in: -1...1, using: &generator)
                    }
                }
            let decoded = try #require(back(series(values)))
            #expect(decoded.values.map(\.bitPattern) == values.map(\.bitPattern))
        }
    }

    @Test func `never trips over damaged bytes`() {
        var generator = SeededGenerator(seed: 2)
        let original = ChunkFormat.encode(series((0..<200).map { Double($0) * 0.37 }))
        for _ in 0..<3000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: place)
                default: bytes.removeSubrange(place...)
                }
                if bytes.isEmpty { break }
            }
            var decoded = SeriesPoints(roomFor: 200)
            _ = bytes.withUnsafeBytes { ChunkFormat.decode($0, into: &decoded, at: 0) }
            #expect(decoded.count == 200)
        }
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
}
