import ArgumentParser
import Reprise
import RepriseCharts
import RepriseModel
import RepriseSystem

struct RunPlot: Verb {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Draw metric curves in the terminal, as SVG, or as one HTML file",
        discussion: """
            The HTML file opens without a server: overlaid curves with a read-out, smoothing, and the parameters against \
            a metric. An SVG file holds one metric.

            Examples:
              reprise plot @last
              reprise plot launch:3f2a9b1c77d0 --metric loss --log -o loss.svg
              reprise plot launch:3f2a9b1c77d0 -o sweep.html
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var selection: RunSelection

    @Option(help: ArgumentHelp("Only this metric (can be repeated)", valueName: "name"))
    var metric: [String] = []

    @Option(
        name: [.short, .customLong("output")],
        help: ArgumentHelp("Write an .svg or .html file", valueName: "file"),
        completion: .file(extensions: ["svg", "html"])
    )
    var output: String?

    @Flag(help: "Logarithmic values")
    var log = false

    @Flag(help: "Over seconds instead of steps")
    var seconds = false

    func validate() throws {
        if let output, !output.hasSuffix(".svg"), !output.hasSuffix(".html") {
            throw ValidationError("-o takes a name that ends in .svg or .html, not `\(output)`")
        }
    }

    func run(in session: Session) async throws {
        let runs = try session.laboratory.resolve(selection.runs, includingDeleted: true)
        let picture = try await PlotSource(laboratory: session.laboratory, runs: runs, metrics: metric).read()
        guard let output else {
            var drawing = CurveDrawing(console: session.console)
            drawing.yScale = log ? .logarithmic : .linear
            drawing.time = seconds ? .seconds : .step
            for key in picture.keys { try drawing.draw(picture.series(of: key), key: key, height: 15) }
            return
        }
        let text = try output.hasSuffix(".html") ? page(picture) : svg(picture)
        try session.context.world.files.writeNamed(text, to: session.laboratory.absolute(output), as: output)
        try session.console.line(output)
    }

    private func svg(_ picture: PlotSource.Picture) throws -> String {
        guard let key = picture.keys.first, picture.keys.count == 1 else {
            throw Mistake(
                "an SVG file holds one metric",
                why: "these runs have \(picture.keys.joined(separator: ", "))",
                fix: "choose one with `--metric`, or write an .html file",
                code: "too-many-metrics"
            )
        }
        let time: ChartTime = seconds ? .seconds : .step
        let chart = Chart(
            title: key,
            xLabel: seconds ? "seconds" : "step",
            series: picture.series(of: key).map { ChartSeries(label: $0.label, metric: $0.points, over: time) },
            yScale: log ? .logarithmic : .linear
        )
        return SVGChart(chart).text
    }

    private func page(_ picture: PlotSource.Picture) -> String {
        let runs = picture.records.map { record in
            let series = picture.keys.compactMap { key -> ChartSeries? in
                picture.points[record.id]?[key]
                    .map {
                        ChartSeries(label: key, metric: $0, over: seconds ? .seconds : .step)
                    }
            }
            return ChartRun(record, series: series)
        }
        let experiments = Set(picture.records.map(\.request.experiment)).sorted().joined(separator: ", ")
        return ChartPage(title: "\(experiments): \(runs.count) \(runs.count == 1 ? "run" : "runs")", runs: runs).text
    }
}
