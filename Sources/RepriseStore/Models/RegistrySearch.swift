import GRDB
import OrderedCollections
import RepriseModel

extension SearchSubject {
    /// What can be asked of registered models.
    static let registeredModel = SearchSubject(
        table: "registered_model",
        attributes: [
            SearchAttribute(name: "name", kind: .text, sql: "registered_model.name"),
            SearchAttribute(
                name: "creation_timestamp",
                kind: .number,
                sql: "registered_model.created_at"
            ),
            SearchAttribute(
                name: "last_updated_timestamp",
                aliases: ["timestamp"],
                kind: .number,
                sql: "registered_model.updated_at"
            ),
        ],
        tables: [
            .tag: SearchTable(
                name: "registered_model_tag",
                owner: [("model", "registered_model.number")],
                key: "name",
                value: "value",
                valueKind: .text,
                derived: [RegisteredModel.promptTag: isPrompt]
            )
        ],
        tieBreakers: [SearchOrder(.attribute, "name", isAscending: true)]
    )

    /// What can be asked of the versions of registered models.
    static let modelVersion = SearchSubject(
        table: "model_version JOIN registered_model ON registered_model.number = model_version.model",
        attributes: [
            SearchAttribute(name: "name", kind: .text, sql: "registered_model.name"),
            SearchAttribute(name: "version_number", kind: .numberOrText, sql: "model_version.version"),
            SearchAttribute(name: "run_id", kind: .text, sql: "coalesce(model_version.run, '')"),
            SearchAttribute(name: "source_path", kind: .text, sql: "model_version.source"),
            SearchAttribute(name: "creation_timestamp", kind: .number, sql: "model_version.created_at"),
            SearchAttribute(name: "last_updated_timestamp", kind: .number, sql: "model_version.updated_at"),
        ],
        tables: [
            .tag: SearchTable(
                name: "model_version_tag",
                owner: [("version", "model_version.number")],
                key: "name",
                value: "value",
                valueKind: .text,
                derived: [RegisteredModel.promptTag: isPrompt]
            )
        ],
        tieBreakers: [
            SearchOrder(.attribute, "name", isAscending: true),
            SearchOrder(.attribute, "version_number", isAscending: false),
        ]
    )

    /// `true` or `false`: what has no such tag is a model.
    private static let isPrompt = """
        SELECT CASE WHEN EXISTS (SELECT 1 FROM registered_model_tag AS kind WHERE kind.model = registered_model.number \
        AND kind.name = '\(RegisteredModel.promptTag)' AND lower(kind.value) = 'true') THEN 'true' ELSE 'false' END
        """

    /// Prompts are found only by those who ask for them.
    fileprivate func registryScope(_ question: SearchQuestion) throws -> SQLFragment {
        let asksForPrompts = try SearchFilter(question.filter, of: self).terms
            .contains { term in
                guard term.entity == .tag, term.key == RegisteredModel.promptTag, case .text(let text) = term.operand
                else { return false }
                let isTrue = text.lowercased() == "true"
                return term.comparison == .equal && isTrue
                    || term.comparison == .unequal && text.lowercased() == "false"
            }
        return SQLFragment(asksForPrompts ? "1" : "(\(Self.isPrompt)) = 'false'")
    }
}

extension Store {
    /// One page of registered models, by name where no order is asked for.
    package func searchRegisteredModels(_ question: SearchQuestion) throws -> SearchPage<RegisteredModel> {
        let subject = SearchSubject.registeredModel
        return try read { database in
            var numbers: [Int64] = []
            let next = try database.answer(
                question,
                of: subject,
                within: subject.registryScope(question),
                columns: ["registered_model.number"]
            ) { numbers.append($0.int64(0)) }
            return SearchPage(items: try numbers.map(database.registeredModel), nextToken: next)
        }
    }

    /// One page of versions, those changed last first where no order is asked for.
    package func searchModelVersions(_ question: SearchQuestion) throws -> SearchPage<ModelVersion> {
        let subject = SearchSubject.modelVersion
        return try read { database in
            var numbers: [Int64] = []
            let next = try database.answer(
                question,
                of: subject,
                within: subject.registryScope(question),
                order: [SearchOrder(.attribute, "last_updated_timestamp", isAscending: false)] + subject.tieBreakers,
                columns: ["model_version.number"]
            ) { numbers.append($0.int64(0)) }
            return SearchPage(items: try numbers.map(database.modelVersion), nextToken: next)
        }
    }
}
