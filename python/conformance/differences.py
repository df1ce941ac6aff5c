"""Where `reprise serve` means to answer otherwise than MLflow's own server, each with its reason.

`RULES` hold wherever they apply; `DIFFERENCES` hold for one answer, are checked, and are to be removed once they are gone.
"""

class Difference:
    """`ours` is the answer itself, or a function that says whether an answer is the intended one."""

    def __init__(self, reason, ours):
        self.reason = reason
        self.ours = ours if callable(ours) else lambda answer: answer == ours


class Rule:
    """`intended` says of the real and of our answer whether they differ as the reason has it."""

    def __init__(self, reason, intended):
        self.reason, self.intended = reason, intended


GREATEST = 1.7976931348623157e308


def code(answer):
    """The error code of an answer, whether a client or the wire gave it."""
    inner = answer.get("answer", answer) if isinstance(answer, dict) else {}
    return inner.get("error_code") if isinstance(inner, dict) else None


def words(answer):
    inner = answer.get("answer", answer) if isinstance(answer, dict) else {}
    return str(inner.get("message", "")) if isinstance(inner, dict) else ""


def broke(answer):
    """MLflow's server itself failed: its status was 500."""
    return "too many 500 error responses" in words(answer) or isinstance(answer, dict) and answer.get("status") == 500 or (
        isinstance(answer, list) and len(answer) == 2 and answer[0] == 500)


def refused(answer):
    """An error of the person's making, in MLflow's form."""
    if isinstance(answer, list) and len(answer) == 2:
        return 400 <= answer[0] < 500 and isinstance(answer[1], str)
    return code(answer) in ("INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "RESOURCE_ALREADY_EXISTS", "BAD_REQUEST", "ENDPOINT_NOT_FOUND", "INVALID_STATE")


def succeeded(answer):
    return isinstance(answer, list) and len(answer) == 2 and answer[0] == 200 or isinstance(answer, dict) and answer.get("status") == 200


def infinite(value):
    """The value with the greatest numbers in place of infinities."""
    if isinstance(value, dict):
        return {key: infinite(member) for key, member in value.items()}
    if isinstance(value, list):
        return [infinite(member) for member in value]
    return {"Infinity": GREATEST, "-Infinity": -GREATEST}.get(value, value) if isinstance(value, str) else value


def page(answer):
    return isinstance(answer, dict) and answer.get("answer") == "<page>" and answer.get("status", 0) >= 400


RULES = [
    Rule("infinity is kept as such; MLflow writes the greatest number in its place", lambda real, ours: infinite(real) == infinite(ours)),
    Rule("an error is always JSON; MLflow answers some with a page", lambda real, ours: page(real) and refused(ours) and real["status"] == ours["status"]),
    Rule("nothing that a caller sends makes the server fail; MLflow's answers 500", lambda real, ours: broke(real) and (refused(ours) or succeeded(ours))),
    Rule("no words of a database in messages", lambda real, ours: "<words of the database>" in words(real) and code(real) == code(ours) is not None),
]

DIFFERENCES = {}
