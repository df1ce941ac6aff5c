import OrderedCollections
import RepriseModel

/// MLflow's rules for models, versions, aliases and datasets, with its own messages.
enum ModelRules {
    private static let longestTagValue = 100_000
    private static let longestAlias = 255

    static func check(registeredName name: String, field: String = "name") throws(MLflowError) {
        if name.allSatisfy(\.isWhitespace) { throw .invalid("Missing value for required parameter '\(field)'.") }
        if name.contains(where: { $0 == "/" || $0 == ":" }) {
            throw .invalid("Invalid model name '\(NameRules.cut(name, to: 1000))'. Names cannot contain '/' or ':'.")
        }
        guard name != ".", !name.hasPrefix("..") else {
            throw .invalid(
                NameRules.invalidValue(
                    "name",
                    name,
                    "Names may be treated as files in certain cases, and must not resolve to other names"
                        + " when treated as such. This name would resolve to '\(name)'"
                )
            )
        }
    }

    static func check(loggedName name: String) throws(MLflowError) {
        let forbidden: Set<Character> = ["/", ":", ".", "%", "\"", "'"]
        guard name.contains(where: forbidden.contains) else { return }
        throw .invalid(
            "Invalid model name (\(quoted(NameRules.cut(name, to: 1000)))) provided. Model name must be a non-empty string "
                + "and cannot contain the following characters: ('/', ':', '.', '%', '\"', \"'\")"
        )
    }

    /// A tag of a registered model or a version.
    static func check(tag name: String, _ value: String) throws(MLflowError) {
        try check(tagName: name)
        try NameRules.checkLength(name, of: "key", limit: NameRules.longestKey)
        if name == "mlflow.prompt.text", value.unicodeScalars.count > longestTagValue {
            throw .invalid("Prompt text exceeds max length of \(longestTagValue) characters.")
        }
        try NameRules.checkLength(value, of: "value", limit: longestTagValue)
    }

    static func check(tagName name: String) throws(MLflowError) { try NameRules.check(name, path: "key") }

    /// Of the pairs of a list with the same key, the last counts.
    static func tags(_ pairs: [(String, String)]) throws(MLflowError) -> Mapping {
        var tags: Mapping = [:]
        for (name, value) in pairs {
            try check(tag: name, value)
            tags[name] = .string(value)
        }
        return tags
    }

    static func check(alias: String) throws(MLflowError) {
        guard alias.unicodeScalars.allSatisfy({ isWord($0) || $0 == "-" }) else {
            throw .invalid(
                "Invalid alias name: '\(NameRules.cut(alias, to: 1000))'. Names may only contain alphanumerics, "
                    + "underscores (_), and dashes (-)."
            )
        }
        try NameRules.checkLength(alias, of: "Registered model alias name", limit: longestAlias)
    }

    /// `latest` and `v1` mean versions already.
    static func checkIsFree(alias: String) throws(MLflowError) {
        if alias.lowercased() == "latest" {
            throw .invalid("'latest' alias name (case insensitive) is reserved.")
        }
        let digits = alias.dropFirst()
        if alias.first == "v" || alias.first == "V", !digits.isEmpty, digits.allSatisfy(\.isNumber) {
            throw .invalid("Version alias name '\(alias)' is reserved.")
        }
    }

    static func version(_ text: String) throws(MLflowError) -> Int64 {
        guard let version = Int64(text) else {
            throw .invalid("Parameter 'version' must be an integer, got '\(NameRules.cut(text, to: 1000))'.")
        }
        return version
    }

    static func stage(_ text: String) throws(MLflowError) -> ModelVersion.Stage {
        let stages = ModelVersion.Stage.allCases
        if let stage = stages.first(where: { $0.rawValue.lowercased() == text.lowercased() }) { return stage }
        throw .invalid(
            "Invalid Model Version stage: \(NameRules.cut(text, to: 1000)). "
                + "Value must be one of \(stages.map(\.rawValue).joined(separator: ", "))."
        )
    }

    static func check(_ input: DatasetInput) throws(MLflowError) {
        let dataset = input.dataset
        try NameRules.checkLength(dataset.name, of: "name", limit: 500)
        try NameRules.checkLength(dataset.digest, of: "digest", limit: 36)
        try NameRules.checkLength(dataset.source, of: "source", limit: 65_535)
        try NameRules.checkLength(dataset.schema ?? "", of: "schema", limit: 1_048_575)
        try NameRules.checkLength(dataset.profile ?? "", of: "profile", limit: 16_777_215)
        for (name, value) in input.tags {
            try NameRules.checkLength(name, of: "key", limit: 255)
            try NameRules.checkLength(value.text, of: "value", limit: 500)
        }
    }

    /// As Python shows a text.
    private static func quoted(_ text: String) -> String {
        text.contains("'") && !text.contains("\"") ? "\"\(text)\"" : "'\(text.replacing("'", with: "\\'"))'"
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
}
