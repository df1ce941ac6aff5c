import RepriseImages
import RepriseModel
import RepriseSnapshots
import RepriseSystem

/// Looks into images. An image never changes, so that each is asked the same question once and the answer is kept.
struct ImageProbe: Sendable {
    let files: any FileSystem
    /// `images/facts` in the store.
    let folder: String

    /// `name` is what the engine's command takes.
    func answer(
        to question: ImageQuestion,
        of image: ImageIdentity,
        named name: String,
        on engine: any ContainerEngine
    ) async throws -> ImageAnswer {
        let path = "\(folder)/\(image.id)-\(question.digest.short).json"
        if let answer = remembered(path) { return answer }
        let result = try await engine.execute(question.script, in: name)
        guard let answer = ImageAnswer(result.text, to: question) else {
            throw ImageSilence(image: image.reference, status: result.status, words: result.errorText)
        }
        try files.makeFolder(folder)
        try files.write(try Value(encoding: answer).json(pretty: true), to: path)
        return answer
    }

    /// Losing it costs one container.
    private func remembered(_ path: String) -> ImageAnswer? {
        guard let text = try? files.text(path) else { return nil }
        return try? Value(json: text).decode(ImageAnswer.self)
    }
}

/// An image in which no shell came to the end of a script.
struct ImageSilence: RepriseError, Hashable {
    var image: String
    var status: Int
    /// What the engine printed.
    var words: String

    /// What engines and the kernel answer for a program that is not there.
    private var hasNoShell: Bool { status == 126 || status == 127 || words.contains("/bin/sh") }

    var what: String {
        hasNoShell ? "the image `\(image)` has no `/bin/sh`" : "the image `\(image)` cannot be looked into"
    }

    var why: String? {
        let last = words.split(separator: "\n").last.map { String($0.prefix(400)) }
        return last ?? "its shell ended with status \(status)"
    }

    var fix: String? {
        hasNoShell
            ? "every command is started by a shell: choose an image with one, such as the `-slim` of the same name"
            : "try it: `podman run --rm --entrypoint /bin/sh IMAGE -c true`, or the same with your engine"
    }

    var code: String { hasNoShell ? "image-without-shell" : "image-silent" }
}
