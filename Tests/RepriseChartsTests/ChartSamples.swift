import RepriseCharts
import RepriseModel

/// A learning curve without a logarithm in it, so that every machine computes the same digits.
func falling(_ label: String, _ count: Int = 40, from start: Double = 2, gapAt gap: Int? = nil) -> ChartSeries {
    ChartSeries(
        label: label,
        points: (0..<count)
            .map { step in
                ChartPoint(x: Double(step), y: step == gap ? .nan : start / (1 + Double(step) * 0.25))
            }
    )
}

let oneCurve = Chart(title: "loss", series: [falling("digits")])

let hostile = "<script>alert(\"1\")</script> & 'more'\u{1B}[31m"
