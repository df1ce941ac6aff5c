"""Where `reprise serve` means to answer otherwise than MLflow's own server, each with its reason.

`RULES` hold wherever they apply; `DIFFERENCES` hold for one answer, are checked, and are to be removed once they are gone.
"""

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


RULES = [
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

DIFFERENCES = {
    **every([f"metrics.refused: {form}: {kind}" for form in ("wire", "wire, batch") for kind in ("step with a fraction", "time beyond", "flag")], LOOSE, refused),
    **every([f"metrics.refused: wire, batch: {kind}" for kind in ("value as words", "time as words", "step as words", "key a number", "list")], LOOSE, refused),
    "metrics.refused: kept": Difference("what was refused is not kept", {"as text": 1.5}),
    **every([f"metrics.bulk: interval: {part}" for part in ("a part", "few")], "a sample keeps the least and the greatest of each stretch, so that no spike is lost; "
            "MLflow keeps points at equal distances", lambda ours: ours[0] == 200 and {point[0] for point in ours[1]} == {"<id 1>", "<id 2>", "<id 3>"}),
}
