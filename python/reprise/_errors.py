"""What every error of this package says: what is wrong, why, and the remedy."""


class RepriseError(Exception):
    """An error that a person can act on.

    ``what`` names the thing, ``why`` gives the evidence, ``fix`` says what to
    change. Printed as three lines; ``code`` is stable, for programs.
    """

    def __init__(self, code: str, what: str, why: str = "", fix: str = "") -> None:
        super().__init__(code, what, why, fix)
        self.code = code
        self.what = what
        self.why = why
        self.fix = fix

    # KeyError, which some errors also are, would print the arguments' repr.
    def __str__(self) -> str:
        return "\n  ".join(part for part in (self.what, self.why, self.fix) if part)
