import RepriseModel
import RepriseSystem

/// A name for a snapshot: `<initials>/<project>/<year>-<month>-<day>/<nickname>`, the day in UTC.
///
/// The nickname is drawn from 4,096; whether the name is free is for the caller to say, who draws again where it is not.
package func snapshotName(
    initials: String,
    project: String,
    at now: Timestamp,
    using generator: inout some RandomNumberGenerator
) -> String {
    let day = now.description.prefix { $0 != "T" }
    return "\(namePart(initials))/\(namePart(project))/\(day)/\(nickname(using: &generator))"
}

/// Two words, such as `quiet-heron`.
package func nickname(using generator: inout some RandomNumberGenerator) -> String {
    let manner = manners.randomElement(using: &generator) ?? "plain"
    let creature = creatures.randomElement(using: &generator) ?? "sparrow"
    return "\(manner)-\(creature)"
}

/// The text as a part of a name: lower case, everything but letters, digits, `.`, `_` and `-` a hyphen.
private func namePart(_ text: String) -> String {
    let part = text.lowercased().map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "-" }
    return part.isEmpty ? "me" : String(part)
}

private let manners = """
    able agile amber apt bold brave brief bright brisk calm clear clever cool crisp curious deep early eager even fair \
    fast fine firm fond free fresh gentle glad golden good grand happy hardy honest humble keen kind late light lively \
    loyal lucky mellow merry mild modest neat nimble noble open patient plain proud quick quiet rapid ready sharp silent \
    simple sober steady swift
    """
    .split(separator: " ")

private let creatures = """
    adder badger bat bear beaver bee bison boar carp cat cod crab crane crow deer dove duck eagle eel elk falcon finch \
    fox frog gecko goat goose grouse gull hare hawk heron ibex jay kite koala lark lemur lion lynx magpie marten mole \
    moose moth newt otter owl ox panda perch pike plover puffin quail rabbit raven robin seal shrew stork swan tern wren
    """
    .split(separator: " ")
