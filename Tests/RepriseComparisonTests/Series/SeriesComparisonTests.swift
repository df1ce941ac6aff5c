import RepriseModel
import RepriseTestKit
import Testing

@testable import RepriseComparison

@Suite struct `Comparing two series` {
    @Test func `finds the same values the same whatever their times`() {
        let left = points([1, .nan, .infinity, -.infinity])
        let right = left.map {
            MetricPoint(key: $0.key, step: $0.step, time: Timestamp(milliseconds: 99), value: $0.value)
        }
        let judgement = SeriesComparison(key: "loss").judge(left, right)
        #expect(judgement.outcome == .same)
        #expect(judgement.largestAbsolute == 0)
        #expect(judgement.firstStep == nil)
    }

    @Test func `names the first step that parts, and counts the others`() throws {
        let judgement = judgement([1, 0.5, 0.25, 0.125], [1, 0.5, 0.5, 0.25])
        let parting = try #require(judgement.parting)
        #expect(judgement.outcome == .differs)
        #expect(parting.step == 2)
        #expect(parting.index == 2)
        #expect(parting.left == 0.25)
        #expect(parting.right == 0.5)
        #expect(parting.difference == 0.25)
        #expect(judgement.partings == 2)
        #expect(judgement.largestRelative == 1)
    }

    @Test func `keeps the largest difference of what it forgives`() {
        let judgement = judgement([1, 2, 4], [1.001, 2, 3.99], .within(absolute: 0.1, relative: 0))
        #expect(judgement.outcome == .same)
        #expect((judgement.largestAbsolute - 0.01).magnitude < 1e-9)
    }

    @Test func `tells the signs of zero apart bit for bit alone`() {
        #expect(judgement([0], [-0.0]).outcome == .differs)
        #expect(judgement([0], [-0.0], .within(absolute: 0, relative: 0)).outcome == .same)
    }

    @Test func `pairs a step that comes again in order of arrival`() throws {
        let left = points([(1, 10), (1, 20), (2, 30)])
        let right = points([(1, 10), (1, 21), (2, 30)])
        let parting = try #require(SeriesComparison(key: "loss").judge(left, right).parting)
        #expect(parting.step == 1)
        #expect(parting.occurrence == 1)
    }

    @Test func `does not mind the order in which steps arrive`() {
        let left = points([(3, 30), (1, 10), (2, 20)])
        let right = points([(1, 10), (2, 20), (3, 30)])
        #expect(SeriesComparison(key: "loss").judge(left, right).outcome == .same)
    }

    @Test func `gives the index of arrival of an original that came late`() throws {
        let left = points([(3, 30), (1, 10)])
        let right = points([(1, 11), (3, 30)])
        #expect(try #require(SeriesComparison(key: "loss").judge(left, right).parting).index == 1)
    }

    @Test(arguments: [
        ([1.0, 2, 3], [1.0, 2], Int64(2), Side.left), ([1, 2], [1, 2, 3], 2, .right), ([], [4], 0, .right),
        ([4], [], 0, .left),
    ])
    func `names the first step that only one has`(left: [Double], right: [Double], step: Int64, side: Side) throws {
        let judgement = judgement(left, right)
        let unpaired = try #require(judgement.unpaired)
        #expect(judgement.outcome == .differs)
        #expect(unpaired.step == step)
        #expect(unpaired.side == side)
        #expect(judgement.parting == nil)
    }

    @Test func `pairs by step where one side lacks some in the middle`() throws {
        let left = points([(0, 1), (2, 3), (4, 5)])
        let right = points([(0, 1), (1, 2), (2, 3), (.max, 9)])
        let judgement = SeriesComparison(key: "loss").judge(left, right)
        #expect(try #require(judgement.unpaired).step == 1)
        #expect(judgement.partings == 0)
    }

    @Test func `is undecided by spread, except where the bits are the same`() {
        #expect(judgement([1], [1.5], .statistical).outcome == .undecided)
        #expect(judgement([1], [1.5], .statistical).reason?.contains("several repeats") == true)
        #expect(judgement([1, 2], [1], .statistical).outcome == .undecided)
        #expect(judgement([1], [1], .statistical).outcome == .same)
        #expect(judgement([1], [1], .statistical).reason?.contains("bit for bit") == true)
        #expect(judgement([1], [], .statistical).outcome == .differs)
    }

    @Test func `survives being kept, infinities included`() throws {
        let kept = judgement([1, 0], [.infinity, 1])
        let json = try Value(encoding: kept).json()
        #expect(try Value(json: json).decode(SeriesJudgement.self) == kept)
        #expect(kept.largestAbsolute == .infinity)
    }

    @Test func `agrees with a plain search, whatever the series`() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<300 {
            let left = randomSeries(&generator)
            let right = Bool.random(using: &generator) ? randomSeries(&generator) : left.shuffled(using: &generator)
            let judgement = SeriesComparison(key: "loss").judge(left, right)
            #expect((judgement.outcome == .same) == (columns(left) == columns(right)))
        }
    }

    private func randomSeries(_ generator: inout SeededGenerator) -> [MetricPoint] {
        let count = Int.random(in: 0...4, using: &generator)
        return points(
            (0..<count)
                .map { _ in
                    (Int64.random(in: 0...3, using: &generator), Double(Int.random(in: 0...1, using: &generator)))
                }
        )
    }

    private func columns(_ points: [MetricPoint]) -> [Int64: [Double]] {
        Dictionary(grouping: points, by: \.step).mapValues { $0.map(\.value) }
    }
}
