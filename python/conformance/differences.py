"""Where `reprise serve` means to answer otherwise than MLflow's own server, each with its reason.

`RULES` hold wherever they apply; `DIFFERENCES` hold for one answer, are checked, and are to be removed once they are gone.
"""

import re

GREATEST = 1.7976931348623157e308
MISTAKES = ("INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "RESOURCE_ALREADY_EXISTS", "BAD_REQUEST", "ENDPOINT_NOT_FOUND", "INVALID_STATE")


class Difference:
    """`ours` is the answer itself, or a function that says whether an answer is the intended one."""

    def __init__(self, reason, ours):
        self.reason = reason
        self.ours = ours if callable(ours) else lambda answer: answer == ours


class Rule:
    """`intended` says of the real and of our answer whether they differ as the reason has it."""

    def __init__(self, reason, intended):
        self.reason, self.intended = reason, intended


def content(answer):
    inner = answer.get("answer", answer) if isinstance(answer, dict) else {}
    return inner if isinstance(inner, dict) else {}


def code(answer):
    """The error code of an answer, whether a client or the wire gave it."""
    return content(answer).get("error_code")


def words(answer):
    return str(content(answer).get("message", ""))


def status(answer):
    """The status, where a scenario noted it."""
    if isinstance(answer, list) and len(answer) == 2 and isinstance(answer[0], int):
        return answer[0]
    return answer.get("status") if isinstance(answer, dict) and isinstance(answer.get("status"), int) else None


def broke(answer):
    """MLflow's server itself failed: its status was 500."""
    return "too many 500 error responses" in words(answer) or status(answer) == 500


def refused(answer):
    """An error of the person's making, in MLflow's form."""
    if isinstance(answer, list):
        return 400 <= (status(answer) or 0) < 500 and answer[1] in MISTAKES
    return code(answer) in MISTAKES


def leading(text):
    """What stands before the first detail of a message."""
    return re.split(r"['`=,;(\[]", text.removeprefix("INVALID_PARAMETER_VALUE: "))[0].rstrip(" .")


def explained(real, ours):
    """The same refusal, of a search, after which ours goes on with where it is or what may have been meant."""
    return code(real) == code(ours) == "INVALID_PARAMETER_VALUE" and len(leading(words(real))) > 12 and leading(words(ours)).startswith(leading(words(real))) and any(
        mark in words(ours) for mark in ("; at character ", "; write `", "; use "))


def page(answer):
    return content({"answer": answer}) and isinstance(answer, dict) and answer.get("answer") == "<page>" and answer["status"] >= 400 or (
        isinstance(answer, list) and (status(answer) or 0) >= 400 and answer[1] in ("text", "<page>"))


def infinite(value):
    """The value with the greatest numbers in place of infinities."""
    if isinstance(value, dict):
        return {key: infinite(member) for key, member in value.items()}
    if isinstance(value, list):
        return [infinite(member) for member in value]
    return {"Infinity": GREATEST, "-Infinity": -GREATEST}.get(value, value) if isinstance(value, str) else value


def full(value):
    """The value without the members that are empty, which clients see as they see none."""
    if isinstance(value, dict):
        return {key: full(member) for key, member in value.items() if full(member) not in ({}, [], "", None)}
    return [full(member) for member in value] if isinstance(value, list) else value


RULES = [
    Rule("a mistake in a search is told in MLflow's words, and then where it is and what may have been meant", explained),
    Rule("an empty field or body is as good as none", lambda real, ours: full(real) == full(ours)),
    Rule("a path that is refused is told why", lambda real, ours: words(real) == "Invalid path" and words(ours).startswith("Invalid path: ") and code(real) == code(ours)),
    Rule("any method that a path does not have is an unknown endpoint",
         lambda real, ours: status(real) == 405 and status(ours) == 404 and "ENDPOINT_NOT_FOUND" in (ours if isinstance(ours, list) else [code(ours)])),
    Rule("of several fields that are missing or wrong, another is named first",
         lambda real, ours: words(real).startswith(("Missing value for required", "Parameter 'version' must be")) and words(ours).startswith(("Missing value for required", "Invalid experiment ID"))
         and code(real) == code(ours)),
    Rule("infinity is kept as such; MLflow writes the greatest number in its place", lambda real, ours: infinite(real) == infinite(ours)),
    Rule("an error is always JSON; MLflow answers some with a page", lambda real, ours: page(real) and refused(ours) and status(real) == status(ours)),
    Rule("nothing that a caller sends makes the server fail; MLflow's answers 500", lambda real, ours: broke(real) and (refused(ours) or status(ours) == 200)),
    Rule("no words of a database in messages", lambda real, ours: "<words of the database>" in words(real) and code(real) == code(ours)),
    Rule("what a page token means is the server's own affair",
         lambda real, ours: "Invalid page token" in words(real) and "Invalid page token" in words(ours) and code(real) == code(ours)),
]


def every(labels, reason, ours):
    return {label: Difference(reason, ours) for label in labels}


LOOSE = "a value of the wrong type is refused; MLflow takes it for something else"

TYPES = [f"wire.types: {field}" for field in (
    "runs/create: start_time as flag", "runs/create: tags as number", "runs/create: tags as flag", "runs/create: tags as list", "runs/create: tags as object",
    "runs/create: tags as text", "runs/search: max_results as flag",
    "runs/update: status as flag", "runs/update: status as text", "runs/update: end_time as flag")]
PROXIED = ("GET", "PUT", "DELETE", "list")

DIFFERENCES = {
    # What a search can do that MLflow's cannot.
    **every(["search.filters: run_name IN ('run-01', 'run-02')", "search.filters: attributes.run_name NOT IN ('run-01', 'run-02')"],
            "`IN` is for every text; MLflow has it for `run_id` alone", lambda ours: isinstance(ours, list) and len(ours) in (2, 10)),
    **every(["search.filters: refused: metrics.loss = true", "search.filters: refused: params.model IN (Tree)", "search.filters: refused: nothing = 'x'",
             "search.orders: refused: ['nothing']"], "the message is about what is wrong rather than about how MLflow reads it", refused),
    **every(["experiments.searched: refused: name = 'a' OR name = 'b'", "registry.searched: models: name = 'a' OR name = 'b'", "models.searched: name = 'a' OR name = 'b'"],
            "`or`, `not` and parentheses are understood", []),
    **every(["experiments.searched: refused: name IN ('a', 'b')"], "`IN` is for every text", []),
    "experiments.searched: name LIKE 'experiments.searched %' AND attributes.creation_time = 17": Difference("`attributes` and `attribute` are one everywhere", []),
    "models.searched: status = 'READY'": Difference("a status is compared as clients write it; MLflow compares the number that it keeps", ["m4"]),
    # Words of refusals.
    **every([f"models.searched: {text}" for text in ("nonsense", "nothing = 'x'", "name > 'x'", "tags.parity > '1'", "params.depth = 3")]
            + [f"registry.searched: {text}" for text in ("models: nonsense", "models: name > 'x'", "models: version = 1", "models: nothing = 'a'", "models: bad order", "models: tag order",
                                                         "versions: nothing = 'a'", "versions: bad order", "versions: stage = 'None'", "versions: name LIKE 'registry.searched %' AND current_stage = 'None'")]
            + ["experiments.searched: refused: tags.a > 'x'"],
            "one grammar, and one way to say what is wrong with a search, for runs, experiments and models", refused),
    # Forms of requests.
    **every(TYPES, LOOSE, refused),
    **every(["wire.types: runs/create: experiment_id as null", "wire.missing: POST runs/create: nothing"], "a run without an experiment belongs to the first, `Default`, as for the client", lambda ours: status(ours) == 200),
    **every([f"models.wire: {call}" for call in ("status words", "status that is none", "parameters", "the same parameters", "other parameters", "search")],
            "a path says which model is meant; MLflow wants it in the body too", lambda ours: True),
    "registry.refused: source http://example.org/x": Difference("a version's source is kept as told and never fetched, so it may be anywhere", "http://example.org/x"),
    # Artifacts.
    **every([f"artifacts.headers: {route}: naïve name.txt" for route in ("proxy", "get-artifact")], "the plain name, for programs that do not read the other, drops what is not ASCII",
            lambda ours: ours["Content-Disposition"].endswith("filename*=UTF-8''na%C3%AFve%20name.txt")),
    **every(["artifacts.life: all", "artifacts.life: list 'sub'", "artifacts.life: list 'sub/'"], "the size of an empty file is 0; MLflow leaves it out", lambda ours: [size for *_, size in ours if size == 0] == [0]),
    **every(["artifacts.life: an absent file", "artifacts.wire: get model"], "an error of the proxy has `error_code` and `message`, as every other", lambda ours: "message" in str(ours)),
    "artifacts.odd_names: hash#.txt": Difference("any file name comes back; MLflow's server refuses `#` from older clients", "hash#.txt"),
    **every([f"artifacts.wire: {call} file scheme" for call in PROXIED], "a path of an artifact is a name in the database, whatever it looks like", lambda ours: status(ours) in (200, 404)),
    **every([f"artifacts.wire: {call} backslash" for call in PROXIED] + ["artifacts.wire: DELETE absolute"], "a path that leads elsewhere on any system is refused", refused),
    "artifacts.wire: get-artifact ['path'] a.txt": Difference("a missing `run_id` is said to be missing; MLflow looks for a run called None", refused),
    "artifacts.wire: get-artifact ['path', 'run_id'] absent": Difference("a run's artifacts do not lie in its experiment's folder", lambda ours: code(ours) == "RESOURCE_DOES_NOT_EXIST"),
    **every([f"metrics.refused: {form}: {kind}" for form in ("wire", "wire, batch") for kind in ("step with a fraction", "time beyond", "flag")], LOOSE, refused),
    **every([f"metrics.refused: wire, batch: {kind}" for kind in ("value as words", "time as words", "step as words", "key a number", "list")], LOOSE, refused),
    "metrics.refused: kept": Difference("what was refused is not kept", {"as text": 1.5, "ü": 1.0}),
    **every([f"metrics.bulk: interval: {part}" for part in ("a part", "few")], "a sample keeps the least and the greatest of each stretch, so that no spike is lost; "
            "MLflow keeps points at equal distances", lambda ours: ours[0] == 200 and {point[0] for point in ours[1]} == {"<id 1>", "<id 2>", "<id 3>"}),
}
