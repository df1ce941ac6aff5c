/// A chart as one SVG file without scripts, readable on a dark and on a light ground.
package struct SVGChart: Sendable {
    package var chart: Chart
    package var width: Int
    package var height: Int

    package init(_ chart: Chart, width: Int = 800, height: Int = 450) {
        self.chart = chart
        self.width = max(200, width)
        self.height = max(120, height)
    }

    package var text: String {
        let head = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
            role="img" aria-labelledby="title description">
            <title id="title">\(escaped(chart.title))</title>
            <desc id="description">\(escaped(description))</desc>
            <style>
            \(Self.style)
            </style>
            <rect class="ground" width="\(width)" height="\(height)"/>
            <text class="heading" x="\(frame.left)" y="22">\(escaped(chart.title))</text>

            """
        guard let axes = chart.axes() else {
            return head + "<text x=\"\(frame.left)\" y=\"60\">no point to draw</text>\n</svg>\n"
        }
        return head + grid(axes) + curves(axes) + legend + "</svg>\n"
    }

    private var frame: (left: Int, top: Int, right: Int, bottom: Int) {
        (72, 36, width - 20, height - 48 - legendRows * 18)
    }

    private var legendRows: Int { chart.series.count > 1 ? (chart.series.count + 1) / 2 : 0 }

    private var description: String {
        guard let axes = chart.axes() else { return "A line chart without points." }
        let names = chart.series.map(\.label).joined(separator: ", ")
        let (x, y) = (axes.x, axes.y)
        return
            "Line chart of \(names). \(chart.xLabel) from \(NumberText.short(x.lower)) to \(NumberText.short(x.upper)), "
            + "values from \(NumberText.short(y.lower)) to \(NumberText.short(y.upper))."
    }

    private func x(_ position: Double) -> String { coordinate(frame.left, frame.right, position) }
    private func y(_ position: Double) -> String { coordinate(frame.bottom, frame.top, position) }

    private func coordinate(_ start: Int, _ end: Int, _ position: Double) -> String {
        let text = NumberText.fixed(Double(start) + Double(end - start) * position, decimals: 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private func grid(_ axes: (x: Axis, y: Axis)) -> String {
        var text = "<g class=\"grid\">\n"
        for tick in axes.y.ticks(atMost: max(2, (frame.bottom - frame.top) / 45)) {
            let y = y(tick.position)
            text += "<path d=\"M\(frame.left) \(y)H\(frame.right)\"/>"
            text += "<text class=\"end\" x=\"\(frame.left - 8)\" y=\"\(y)\" dy=\"4\">\(tick.label)</text>\n"
        }
        for tick in axes.x.ticks(atMost: max(2, (frame.right - frame.left) / 80)) {
            let x = x(tick.position)
            text += "<path d=\"M\(x) \(frame.top)V\(frame.bottom)\"/>"
            text += "<text class=\"middle\" x=\"\(x)\" y=\"\(frame.bottom + 18)\">\(tick.label)</text>\n"
        }
        let middle = (frame.left + frame.right) / 2
        text +=
            "<text class=\"middle\" x=\"\(middle)\" y=\"\(frame.bottom + 36)\">\(escaped(chart.xLabel))</text>\n</g>\n"
        return text
    }

    private func curves(_ axes: (x: Axis, y: Axis)) -> String {
        var text = ""
        for (number, series) in chart.series.enumerated() {
            text += "<g class=\"curve c\(number % 8)\"><title>\(escaped(series.label))</title>"
            text += stretches(of: series, axes).joined() + "</g>\n"
        }
        return text
    }

    /// One path for every stretch without a gap; a point that stands alone is a dot.
    private func stretches(of series: ChartSeries, _ axes: (x: Axis, y: Axis)) -> [String] {
        var stretches: [[String]] = [[]]
        for point in series.downSampled(buckets: (frame.right - frame.left) / 2).points {
            guard let x = axes.x.position(point.x), let y = axes.y.position(point.y) else {
                stretches.append([])
                continue
            }
            stretches[stretches.count - 1].append("\(self.x(x)) \(self.y(y))")
        }
        return stretches.filter { !$0.isEmpty }
            .map { places in
                guard places.count == 1 else { return "<path d=\"M\(places.joined(separator: "L"))\"/>" }
                let place = places[0].split(separator: " ")
                return "<circle cx=\"\(place[0])\" cy=\"\(place[1])\" r=\"2.5\"/>"
            }
    }

    private var legend: String {
        guard legendRows > 0 else { return "" }
        var text = "<g class=\"legend\">\n"
        for (number, series) in chart.series.enumerated() {
            let left = frame.left + number % 2 * (frame.right - frame.left) / 2
            let line = height - legendRows * 18 + number / 2 * 18
            text += "<path class=\"c\(number % 8)\" d=\"M\(left) \(line)h18\"/>"
            text += "<text x=\"\(left + 24)\" y=\"\(line)\" dy=\"4\">\(escaped(series.label))</text>\n"
        }
        return text + "</g>\n"
    }

    private static let style = """
        svg { --ground: #fff; --ink: #1b1f24; --faint: #d0d7de; font: 12px system-ui, sans-serif }
        .ground { fill: var(--ground) } text { fill: var(--ink) } .heading { font-size: 15px; font-weight: 600 }
        .grid path { stroke: var(--faint); fill: none } .end { text-anchor: end } .middle { text-anchor: middle }
        .curve path, .legend path { fill: none; stroke: var(--c); stroke-width: 1.75; stroke-linejoin: round }
        .curve circle { fill: var(--c) }
        .c0 { --c: #0969da } .c1 { --c: #bc4c00 } .c2 { --c: #1a7f37 } .c3 { --c: #8250df }
        .c4 { --c: #cf222e } .c5 { --c: #1b7c83 } .c6 { --c: #9a6700 } .c7 { --c: #bf3989 }
        @media (prefers-color-scheme: dark) {
          svg { --ground: #0d1117; --ink: #e6edf3; --faint: #30363d }
          .c0 { --c: #58a6ff } .c1 { --c: #f0883e } .c2 { --c: #3fb950 } .c3 { --c: #bc8cff }
          .c4 { --c: #ff7b72 } .c5 { --c: #39c5cf } .c6 { --c: #d29922 } .c7 { --c: #f778ba }
        }
        """
}
