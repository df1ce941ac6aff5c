import GRDB
import OrderedCollections
import RepriseModel

extension Store {
    package func registeredModel(_ name: String) throws -> RegisteredModel {
        try read { try $0.registeredModel($0.knownRegisteredModel(name)) }
    }

    package func modelVersion(_ name: String, _ version: Int64) throws -> ModelVersion {
        try read { try $0.modelVersion($0.numberOfVersion(name, version)) }
    }

    package func modelVersion(_ name: String, alias: String) throws -> ModelVersion {
        try read { database in
            let model = try database.knownRegisteredModel(name)
            let number = try SQLQuery.number(
                database,
                """
                SELECT number FROM registered_model_alias AS alias
                JOIN model_version ON model_version.model = alias.model AND model_version.version = alias.version
                WHERE alias.model = ?1 AND alias.alias = ?2
                """,
                model,
                alias
            )
            guard let number else { throw ModelError.unknownAlias(alias) }
            return try database.modelVersion(number)
        }
    }

    /// The version with the greatest number.
    package func newestModelVersion(_ name: String) throws -> ModelVersion {
        guard let newest = try registeredModel(name).latestVersions.last else { throw ModelError.noVersion(name) }
        return newest
    }
}

extension Database {
    func registeredModel(_ number: Int64) throws -> RegisteredModel {
        let query = try SQLQuery(
            self,
            "SELECT name, description, created_at, updated_at FROM registered_model WHERE number = ?1",
            number
        )
        guard try query.step() else { throw ModelError.unknownRegisteredModel(String(number)) }
        var model = RegisteredModel(
            name: query.text(0),
            description: query.optionalText(1),
            createdAt: query.time(2),
            updatedAt: query.time(3)
        )
        model.tags = try tags(of: number, in: "registered_model_tag")
        model.aliases = try aliases(of: number)
        model.latestVersions = try newestVersions(of: number).map(modelVersion)
        return model
    }

    func modelVersion(_ number: Int64) throws -> ModelVersion {
        let query = try SQLQuery(
            self,
            """
            SELECT name, version, model_version.description, user, stage, source, location, run, run_link, logged_model,
                model_version.created_at, model_version.updated_at, model
            FROM model_version JOIN registered_model ON registered_model.number = model
            WHERE model_version.number = ?1
            """,
            number
        )
        guard try query.step() else { throw ModelError.unknownVersion("", number) }
        var version = ModelVersion(
            name: query.text(0),
            version: query.int64(1),
            description: query.optionalText(2),
            user: query.optionalText(3),
            stage: ModelVersion.Stage(rawValue: query.text(4)) ?? .none,
            source: query.text(5),
            location: query.text(6),
            run: query.optionalText(7),
            runLink: query.optionalText(8),
            loggedModel: query.optionalText(9),
            createdAt: query.time(10),
            updatedAt: query.time(11)
        )
        version.tags = try tags(of: number, in: "model_version_tag", owner: "version")
        let number = version.version
        version.aliases = try aliases(of: query.int64(12)).filter { $0.version == number }.map(\.alias)
        return version
    }

    private func aliases(of model: Int64) throws -> [ModelAlias] {
        let query = try SQLQuery(
            self,
            "SELECT alias, version FROM registered_model_alias WHERE model = ?1 ORDER BY alias",
            model
        )
        var aliases: [ModelAlias] = []
        while try query.step() { aliases.append(ModelAlias(alias: query.text(0), version: query.int64(1))) }
        return aliases
    }

    /// Of each stage the newest version's row, by version.
    private func newestVersions(of model: Int64) throws -> [Int64] {
        let query = try SQLQuery(
            self,
            "SELECT number, max(version) AS newest FROM model_version WHERE model = ?1 GROUP BY stage ORDER BY newest",
            model
        )
        var numbers: [Int64] = []
        while try query.step() { numbers.append(query.int64(0)) }
        return numbers
    }

    func numberOfVersion(_ name: String, _ version: Int64) throws -> Int64 {
        let number = try SQLQuery.number(
            self,
            """
            SELECT model_version.number FROM registered_model
            JOIN model_version ON model_version.model = registered_model.number WHERE name = ?1 AND version = ?2
            """,
            name,
            version
        )
        guard let number else { throw ModelError.unknownVersion(name, version) }
        return number
    }
}
