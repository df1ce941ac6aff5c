import ArgumentParser

struct ImageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image",
        abstract: "Build, publish and keep the images that experiments are executed in",
        discussion: """
            None of this is needed before a run: what an experiment names is fetched or built when it is first needed, and
            pinned by content. `docs/containers.md` tells how.
            """,
        subcommands: [
            ImageList.self, ImageShow.self, ImagePull.self, ImageKeep.self, ImageRelease.self, ImageBuild.self,
            ImagePublish.self,
        ]
    )
}
