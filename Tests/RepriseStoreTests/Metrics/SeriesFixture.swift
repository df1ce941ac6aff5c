import RepriseTestKit
import RepriseTracking

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
