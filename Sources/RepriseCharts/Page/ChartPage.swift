import RepriseModel

/// Runs as one HTML file that opens without a server and asks nothing of the network.
package struct ChartPage: Sendable {
    package var title: String
    package var runs: [ChartRun]
    /// Stretches into which a long series is down-sampled; five points are kept of each at most.
    package var buckets: Int

    package init(title: String, runs: [ChartRun], buckets: Int = 400) {
        self.title = title
        self.runs = runs
        self.buckets = buckets
    }

    package var text: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" \
        content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
        <title>\(escaped(title))</title>
        <style>
        \(pageStyle)
        </style>
        </head>
        <body>
        <h1>\(escaped(title))</h1>
        <noscript><p>Curves need scripts; the table below does not.</p></noscript>
        <main id="charts"></main>
        <h2>Parameters and last values</h2>
        <div class="wide">
        \(table)
        </div>
        <script type="application/json" id="data">\(json)</script>
        <script type="module">
        \(pageDrawing)
        \(pageCurves)
        \(pageParameters)
        </script>
        </body>
        </html>

        """
    }

    /// Inside a script element only `<` could end it early.
    private var json: String {
        let text = Value.list(runs.map { value(of: $0) }).json()
        return text.split(separator: "<", omittingEmptySubsequences: false).joined(separator: "\\u003c")
    }

    private func value(of run: ChartRun) -> Value {
        [
            "id": .string(run.id),
            "name": .string(run.label),
            "parameters": .list(run.parameters.map { [.string($0.name), $0.value] }),
            "metrics": .list(run.metrics.map { [.string($0.name), .number($0.value)] }),
            "series": .list(
                run.series.map { series in
                    let kept = series.downSampled(buckets: buckets).points
                    let x = kept.map { Value.number($0.x) }
                    return [.string(series.label), .list(x), .list(kept.map { .number($0.y) })]
                }
            ),
        ]
    }

    private var table: String {
        let parameters = names(runs.map { $0.parameters.map(\.name) })
        let metrics = names(runs.map { $0.metrics.map(\.name) })
        let heads = ["run"] + parameters + metrics
        let rows = runs.map { run in
            let values = Dictionary(run.parameters.map { ($0.name, $0.value.text) }) { first, _ in first }
            let last = Dictionary(run.metrics.map { ($0.name, NumberText.short($0.value, digits: 6)) }) { first, _ in
                first
            }
            let cells = parameters.map { values[$0] ?? "" } + metrics.map { last[$0] ?? "" }
            return "<tr><th scope=\"row\">\(escaped(run.label)) <code>\(escaped(String(run.id.prefix(8))))</code></th>"
                + cells.map { "<td>\(escaped($0))</td>" }.joined() + "</tr>"
        }
        return "<table>\n<thead><tr>" + heads.map { "<th scope=\"col\">\(escaped($0))</th>" }.joined()
            + "</tr></thead>\n<tbody>\n" + rows.map { $0 + "\n" }.joined() + "</tbody>\n</table>"
    }

    /// Every name once, in the order of its first appearance.
    private func names(_ lists: [[String]]) -> [String] {
        var seen: Set<String> = []
        return lists.flatMap { $0 }.filter { seen.insert($0).inserted }
    }
}

/// A run as a page shows it.
package struct ChartRun: Hashable, Sendable {
    package var id: String
    package var label: String
    package var parameters: [NamedValue]
    /// The last value of each series.
    package var metrics: [NamedNumber]
    /// Labelled by their metric's name.
    package var series: [ChartSeries]

    package struct NamedValue: Hashable, Sendable {
        package var name: String
        package var value: Value

        package init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    package struct NamedNumber: Hashable, Sendable {
        package var name: String
        package var value: Double

        package init(_ name: String, _ value: Double) {
            self.name = name
            self.value = value
        }
    }

    package init(
        id: String,
        label: String,
        parameters: [NamedValue],
        metrics: [NamedNumber],
        series: [ChartSeries]
    ) {
        self.id = id
        self.label = label
        self.parameters = parameters
        self.metrics = metrics
        self.series = series
    }

    /// The run as the store knows it, with the series that are to be drawn.
    package init(_ run: RunRecord, series: [ChartSeries]) {
        self.init(
            id: run.id.description,
            label: run.request.name,
            parameters: run.request.parameters.map { NamedValue($0.name, $0.value) },
            metrics: run.metrics.map { NamedNumber($0.key, $0.last) },
            series: series
        )
    }
}
