import RepriseTestKit
import RepriseTracking
import Testing

@Suite struct `Downsampling` {
    @Test func `minimum, maximum, first and last are never lost`() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            var points = SeriesPoints()
            for index in 0..<Int.random(in: 1..<3000, using: &generator) {
                let isNaN = Int.random(in: 0..<10, using: &generator) == 0
                let value = isNaN ? .nan : Double.random(in: -1...1, using: &generator)
                points.append(step: Int64(index), time: 0, value: value)
            }
            let limit = Int.random(in: 4..<400, using: &generator)
            let kept = points.downsampled(to: limit)
            let numbers = points.values.filter { !$0.isNaN }
            let keptNumbers = kept.values.filter { !$0.isNaN }
            #expect(keptNumbers.min() == numbers.min())
            #expect(keptNumbers.max() == numbers.max())
            #expect(kept.steps.first == points.steps.first)
            #expect(kept.steps.last == points.steps.last)
            #expect(kept.count <= max(limit, 4) || kept.count == points.count)
            #expect(kept.steps == kept.steps.sorted())
        }
    }

    @Test func `a short series stays as it is`() {
        let points = SeriesPoints(steps: [1, 2], times: [0, 0], values: [3, 4])
        #expect(points.downsampled(to: 1000) == points)
    }
}
