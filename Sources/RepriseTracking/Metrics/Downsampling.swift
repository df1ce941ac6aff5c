extension SeriesPoints {
    /// At most about `limit` of the points, in their order: of each stretch the first, the last, the least and the
    /// greatest, so that no minimum, maximum or end is lost. Stretches have equally many points.
    package func downsampled(to limit: Int) -> SeriesPoints {
        let stretches = max(1, limit / 4)
        guard count > limit, count > 4 else { return self }
        var kept = SeriesPoints()
        kept.reserveCapacity(4 * stretches)
        for stretch in 0..<stretches {
            let range = count * stretch / stretches..<count * (stretch + 1) / stretches
            for position in extremes(of: range) {
                kept.append(step: steps[position], time: times[position], value: values[position])
            }
        }
        return kept
    }

    private func extremes(of range: Range<Int>) -> [Int] {
        guard let first = range.first, let last = range.last else { return [] }
        var least = -1
        var greatest = -1
        values.withUnsafeBufferPointer { values in
            for position in range where !values[position].isNaN {
                if least < 0 || values[position] < values[least] { least = position }
                if greatest < 0 || values[position] > values[greatest] { greatest = position }
            }
        }
        var kept: [Int] = []
        for position in [first, least, greatest, last].sorted() where position >= 0 && position != kept.last {
            kept.append(position)
        }
        return kept
    }
}
