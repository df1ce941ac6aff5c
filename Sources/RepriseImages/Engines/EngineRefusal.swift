extension EngineError {
    /// What kept an engine's client from beginning a container, read from its own words.
    package static func container(_ kind: EngineKind, image: String, status: Int, words: String) -> EngineError {
        let errand = EngineErrand(image: image, work: "start a container", architecture: machineArchitecture)
        return EngineWords(kind: kind, errand: errand)
            .error(command: "\(kind.rawValue) run", status: status, words: words)
    }
}
