import Reprise
import RepriseModel

/// What the `image` verbs print of images.
extension ImageReport {
    static func table(_ reports: [ImageReport]) -> Table {
        let columns: [Table.Column] = [
            .init("id", isWhole: true), .init("image"), .init("where"), .init("kept", .right, isWhole: true),
            .init("runs", .right, isWhole: true), .init("state"),
        ]
        let rows = reports.map { report -> [Table.Cell] in
            [
                .init(report.image.id.short), .init((report.references.first ?? "").harmless),
                .init(report.places.joined(separator: ", ")),
                .init(report.keptBytes.map { Quantities.text(bytes: $0) } ?? ""), .init(String(report.runs)),
                .init(report.state, report.isMissing ? .yellow : .faint),
            ]
        }
        return Table(columns, rows: rows)
    }

    /// Where it can be had from.
    var places: [String] {
        engines + (keptPath == nil ? [] : ["store"]) + (image.manifest == nil ? [] : [image.repository ?? "registry"])
    }

    fileprivate var state: String {
        var words: [String] = []
        if !pins.isEmpty { words.append("pinned") }
        if let moved { words.append("moved to \(moved.id.short)") }
        if isMissing { words.append(image.manifest == nil ? "gone" : "not here") }
        return words.joined(separator: ", ")
    }

    var lines: [(String, String?)] {
        [
            ("image", references.first ?? ""),
            ("also", references.count > 1 ? references.dropFirst().joined(separator: ", ") : nil),
            ("id", "sha256:\(image.id)"),
            ("format", image.format.rawValue),
            ("for", image.architecture),
            ("registry", image.repository.map { $0 + (image.manifest.map { "@sha256:\($0)" } ?? "") }),
            ("recipe", image.recipe?.description),
            ("engines", engines.isEmpty ? "none has it" : engines.joined(separator: ", ")),
            ("kept", keptPath.map { "\($0), \(Quantities.text(bytes: keptBytes ?? 0))" }),
            ("pinned as", pins.isEmpty ? nil : pins.joined(separator: ", ")),
            ("runs", runs == 0 ? "none" : "\(runs): " + newestRuns.map(\.short).joined(separator: " ")),
        ]
    }

    var value: Value {
        [
            "id": .string(image.id.description), "references": .list(references.map(Value.string)),
            "format": .string(image.format.rawValue), "architecture": image.architecture.map(Value.string) ?? .null,
            "repository": image.repository.map(Value.string) ?? .null,
            "manifest": image.manifest.map { .string($0.description) } ?? .null,
            "recipe": image.recipe.map { .string($0.description) } ?? .null,
            "engines": .list(engines.map(Value.string)), "keptPath": keptPath.map(Value.string) ?? .null,
            "keptBytes": keptBytes.map(Value.integer) ?? .null, "runs": .integer(Int64(runs)),
            "newestRuns": .list(newestRuns.map { .string($0.description) }), "pins": .list(pins.map(Value.string)),
            "movedTo": moved.map { .string($0.id.description) } ?? .null,
        ]
    }
}

extension PulledImage {
    var words: String {
        let pin = isPinned ? (before.map { ", pinned (before: \($0.short))" } ?? ", pinned") : ""
        return "\(reference): \(image.id.short) on \(engine)\(pin)"
    }

    var value: Value {
        [
            "reference": .string(reference), "id": .string(image.id.description), "engine": .string(engine),
            "pinned": .bool(isPinned), "before": before.map { .string($0.description) } ?? .null,
            "manifest": image.manifest.map { .string($0.description) } ?? .null,
        ]
    }
}
