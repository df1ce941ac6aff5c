import Foundation
import RepriseExperiments
import RepriseImages
import RepriseModel
import RepriseSystem
import Testing

@testable import Reprise

@Suite struct `Recipe templates` {
    private func laboratory(_ body: (Laboratory, String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reprise-init-\(UUID().uuidString)").path
        try LiveFileSystem().makeFolder(folder)
        do {
            try await body(Laboratory(world: .live(variables: [:]), folder: folder), folder)
        } catch {
            try LiveFileSystem().remove(folder)
            throw error
        }
        try LiveFileSystem().remove(folder)
    }

    @Test(arguments: RecipeTemplate.all.map(\.name))
    func `every template is a recipe with one pinned base that copies files which are there`(name: String) async throws
    {
        let template = try RecipeTemplate.named(name)
        try await laboratory { laboratory, folder in
            let written = try laboratory.scaffold(recipe: name)
            let recipe = ImageRecipe(template.isDefinition ? .definition : .dockerfile, path: template.files[0].name)
            let bases = try recipe.bases(code: folder, files: LiveFileSystem())
            #expect(!bases.isEmpty)
            #expect(bases.allSatisfy { $0.contains(":") && !$0.hasSuffix(":latest") }, "\(bases)")
            for file in template.files.dropFirst() {
                #expect(written.contains(file.name))
                #expect(template.files[0].text.contains(file.name))
            }
            let experiment = try #require(written.first { $0.hasSuffix(".exp.yaml") })
            let plan = try await laboratory.plan(RunOptions(file: experiment))
            #expect(plan.variants.count == 1)
        }
    }

    @Test func `a project that has an experiment gets the recipe alone`() async throws {
        try await laboratory { laboratory, folder in
            _ = try laboratory.scaffold()
            #expect(try laboratory.scaffold(recipe: "python") == ["Dockerfile", "requirements.txt"])
            #expect(throws: Mistake.self) { try laboratory.scaffold(recipe: "python") }
        }
    }

    @Test func `an unknown template is refused with the nearest one`() async throws {
        try await laboratory { laboratory, _ in
            let error = #expect(throws: Mistake.self) { try laboratory.scaffold(recipe: "pythn") }
            #expect(error?.fix == "did you mean `python`?")
        }
    }
}
