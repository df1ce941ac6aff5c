import RepriseCharts
import RepriseModel
import RepriseTestKit
import Testing

@Suite struct `Chart files` {
    private var page: ChartPage {
        ChartPage(title: "three runs", runs: [run(1, "adam"), run(2, "sgd", gapAt: 3), run(3, "sgd")])
    }

    private func run(_ number: Int, _ optimizer: String, gapAt gap: Int? = nil) -> ChartRun {
        let learningRate: Double = Double(number) / 8
        return ChartRun(
            id: String(repeating: String(number), count: 32),
            label: "digits-\(number)",
            parameters: [
                .init("lr", .number(learningRate)), .init("optimizer.name", .string(optimizer)), .init("hidden", 32),
            ],
            metrics: [.init("loss", 1 / learningRate), .init("accuracy", gap == nil ? 0.5 : .nan)],
            series: [ChartSeries(label: "loss", points: falling("", 6, gapAt: gap).points)]
        )
    }

    private var hostilePage: ChartPage {
        let run = ChartRun(
            id: hostile,
            label: hostile,
            parameters: [.init(hostile, .string(hostile))],
            metrics: [.init(hostile, 1)],
            series: [ChartSeries(label: hostile, points: [])]
        )
        return ChartPage(title: hostile, runs: [run])
    }

    @Test func `in SVG look as they should`() throws {
        try expectGolden(SVGChart(oneCurve).text, "one-curve.svg")
        let two = Chart(title: "two", series: [falling("fast", gapAt: 4), falling("slow", from: 1.5)])
        try expectGolden(SVGChart(two, width: 600, height: 300).text, "two-curves.svg")
    }

    @Test func `in HTML look as they should`() throws {
        try expectGolden(page.text, "page.html")
    }

    @Test func `hold text as text`() {
        let svg = SVGChart(Chart(title: hostile, xLabel: hostile, series: [falling(hostile), falling(hostile)])).text
        #expect(!svg.contains("<script") && !svg.contains("\u{1B}"))
        let html = hostilePage.text
        #expect(html.components(of: "<script").count == 3, "only the page's own two script elements")
        #expect(html.components(of: "alert(\"1\")").count == 1, "quotes are escaped wherever the text stands")
    }

    @Test func `ask nothing of the network`() {
        for text in [page.text, SVGChart(oneCurve).text] {
            let addresses = text.components(of: "http").dropFirst().filter { !$0.hasPrefix("://www.w3.org/2000/svg") }
            #expect(addresses.allSatisfy { $0.hasPrefix("-equiv") }, "\(addresses)")
            #expect(!text.contains("url(") && !text.contains("@import") && !text.contains(" src="))
        }
    }
}

extension String {
    fileprivate func components(of separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
