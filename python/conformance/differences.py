"""Where `reprise serve` means to answer otherwise than MLflow's own server: each with its reason, and with what it must answer."""


class Difference:
    """`ours` is the answer itself, or a function that says whether an answer is the intended one."""

    def __init__(self, reason, ours):
        self.reason = reason
        self.ours = ours if callable(ours) else lambda answer: answer == ours


DIFFERENCES = {}
