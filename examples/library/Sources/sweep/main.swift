import Foundation
import Reprise
import RepriseComparison
import RepriseModel

// Sweeps the learning rate of the digits experiment, follows the runs live, then repeats the best one and judges it.
let folder = CommandLine.arguments.dropFirst().first ?? "../digits"
let site = Laboratory(
    world: .live(variables: ProcessInfo.processInfo.environment),
    folder: URL(filePath: folder).standardizedFileURL.path(percentEncoded: false)
)

do {
    let experiment = RunOptions(file: "digits.exp.yaml", overrides: ["optimizer.lr=0.02,0.05", "epochs=3"])
    let evaluation = try await evaluate(experiment, at: site)
    for try await event in try evaluation.progress {
        switch event {
        case .runChanged(let run, let state, _): print(run.short, state.rawValue)
        case .metrics(let run, let series):
            for metric in series where metric.key == "accuracy" { print(run.short, "accuracy", metric.last) }
        default: break
        }
    }
    let runs = try await evaluation.results()
    guard let best = runs.max(by: { accuracy($0) < accuracy($1) }) else { exit(1) }
    print("best:", best.id.short, accuracy(best))

    let repetition = try await site.repeat(best.id)
    _ = try await site.wait([repetition])
    let verdict = try site.judge(original: best.id, repetition: repetition)
    print("repeated:", verdict.outcome.rawValue)
    exit(verdict.outcome == .same ? 0 : 1)
} catch let error as any RepriseError {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(error.fault == .usage ? 2 : 1)
}

func accuracy(_ run: RunRecord) -> Double { run.metrics.first { $0.key == "accuracy" }?.max ?? 0 }
