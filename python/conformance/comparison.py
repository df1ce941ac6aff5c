"""Compares two servers' answers label by label, and knows the differences that are intended."""

from differences import DIFFERENCES, RULES


class Comparison:
    """Counts scenarios and answers, gathers what differs, and checks that intended differences are still there."""

    def __init__(self):
        self.scenarios = self.answers = self.intended = 0
        self.lines, self.used = [], set()

    @property
    def failed(self):
        return bool(self.lines) or not self.answers

    @property
    def summary(self):
        return f"{self.scenarios} scenarios, {self.answers} answers, {self.intended} differ as intended, {len(self.lines)} otherwise"

    def compare(self, real, ours, client):
        for scenario in sorted({*real, *ours}):
            self.scenarios += 1
            theirs, mine = dict(labelled(real.get(scenario, []))), dict(labelled(ours.get(scenario, [])))
            for label in [*theirs, *(label for label in mine if label not in theirs)]:
                self.answers += 1
                self.one(f"{scenario}: {label}", theirs.get(label, "<no answer>"), mine.get(label, "<no answer>"), client)

    def one(self, label, real, ours, client):
        if label.endswith(": broke off"):
            self.lines.append(f"{label} ({client})\n      real {short(real)}\n      ours {short(ours)}")
            return
        if real == ours:
            return
        known = DIFFERENCES.get(label)
        if known and known.ours(ours):
            self.intended += 1
            self.used.add(label)
            return
        if any(rule.intended(real, ours) for rule in RULES):
            self.intended += 1
            return
        found = list(differing(real, ours))
        shown = [f"      {path or 'answer'}: real {short(one)}\n      {' ' * len(path or 'answer')}  ours {short(other)}" for path, one, other in found[:4]]
        if len(found) > 4:
            shown.append(f"      … and {len(found) - 4} more")
        self.lines.append("\n".join([f"{label} ({client})", *shown]))

    def report(self, whole):
        if whole:
            for label in DIFFERENCES.keys() - self.used:
                self.lines.append(f"{label}: differs no longer; take it out of differences.py")
        for line in self.lines:
            print("  ✘ " + line)


def labelled(notes):
    """Notes with labels told apart: the second `x` becomes `x (2)`."""
    seen = {}
    for label, value in notes:
        seen[label] = seen.get(label, 0) + 1
        yield (label if seen[label] == 1 else f"{label} ({seen[label]})"), value


def differing(real, ours, path=""):
    """Path and both values of each place where the two part."""
    if isinstance(real, dict) and isinstance(ours, dict):
        for key in sorted({*real, *ours}):
            yield from differing(real.get(key, "<absent>"), ours.get(key, "<absent>"), f"{path}.{key}" if path else key)
    elif isinstance(real, list) and isinstance(ours, list) and len(real) == len(ours):
        for index, (one, other) in enumerate(zip(real, ours)):
            yield from differing(one, other, f"{path}[{index}]")
    elif real != ours:
        yield path, real, ours


def short(value, limit=400):
    text = repr(value)
    return text if len(text) <= limit else text[:limit] + "…"
