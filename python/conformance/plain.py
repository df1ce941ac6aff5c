"""Answers as plain JSON values in which nothing is left that differs between any two servers."""

import enum
import math
import re
import time

IDENTIFIER = re.compile(r"(?<![0-9a-z])(m-|d-)?(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-z])")
MADE_UP = re.compile(r"[a-z]+-[a-z]+-\d{1,3}")
PORT = re.compile(r"port=\d+")
PAGE = re.compile(r"\s*<!doctype html>.*", re.DOTALL | re.IGNORECASE)
MOMENT = re.compile(r"\b1[6-9]\d{11}\b")
LOCATION = re.compile(r"(mlflow-artifacts:/)(\d+)(?=/|$)")
NUMBERED = re.compile(r"((?:experiment|experiment with id|Experiment with id=) ?)(\d+)\b")
CHOICES = re.compile(r"\{('[^{}]*')\}")
DATABASE = re.compile(r"(?:\. Error: )?\(sqlite3\..*", re.DOTALL)
HOUR = 3_600_000


class Plain:
    """Replaces identifiers by the order in which they were first seen, times near now and addresses by a word."""

    def __init__(self, uri, folder):
        self.authority, self.folder = uri.split("://", 1)[1], str(folder)
        self.identifiers, self.experiments = {}, {}
        self.began = time.time() * 1000

    def __call__(self, value):
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, enum.Enum):
            return value.name
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bytes):
            return self.text(value.decode(errors="replace"))
        if isinstance(value, (int, float)):
            return self.number(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.member(key, member) for key, member in value.items()}
        if hasattr(value, "to_dict") and hasattr(value, "columns"):
            return self(value.to_dict(orient="records"))
        if hasattr(value, "to_pydatetime"):
            return None if value != value else self(int(value.timestamp() * 1000))
        if hasattr(value, "token") and isinstance(value, list):
            return {"items": [self(member) for member in value], "more": bool(value.token)}
        if isinstance(value, list) and value and all(isinstance(member, dict) and "key" in member for member in value):
            # Of the parameters, metrics and tags of a run, a client makes dictionaries; a history has one key and keeps its order.
            return [self(member) for member in sorted(value, key=lambda member: str(member["key"]))]
        if isinstance(value, (list, tuple, set, frozenset)) or type(value).__module__.startswith("google."):
            return [self(member) for member in value]
        if hasattr(value, "item") and not hasattr(value, "__dict__"):
            return self(value.item())
        if type(value).__name__ == "NaTType":
            return None
        members = self.members(value)
        return str(value) if members is None else {key: self.member(key, member) for key, member in members.items()}

    def members(self, value):
        """The properties of an entity of MLflow, which is how its own `to_dictionary` sees it."""
        if not type(value).__module__.startswith("mlflow"):
            return None
        names = [name for name in dir(type(value)) if isinstance(getattr(type(value), name), property) and not name.startswith("_")]
        return {name: getattr(value, name) for name in names}

    def member(self, key, value):
        if key in ("experiment_id", "experiment_ids") and not isinstance(value, list):
            return self.experiments.get(str(value), self(value))
        if key == "next_page_token":
            return bool(value)
        return self(value)

    def number(self, value):
        if isinstance(value, float) and not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        if abs(value - self.began) < HOUR:
            return "<now>"
        return value

    def text(self, value):
        if MADE_UP.fullmatch(value):
            return "<made-up name>"
        value = PAGE.sub("<page>", PORT.sub("port=<port>", value))
        value = value.replace(self.authority, "<server>").replace(self.folder, "<folder>")
        value = IDENTIFIER.sub(lambda found: self.identifier(found[0]), value)
        value = LOCATION.sub(lambda found: found[1] + self.experiments.get(found[2], found[2]), value)
        value = NUMBERED.sub(lambda found: found[1] + self.experiments.get(found[2], found[2]), value)
        # Python prints sets in another order each time, and no client expects the words of a database.
        value = CHOICES.sub(lambda found: "{" + ", ".join(sorted(found[1].split(", "))) + "}", value)
        value = DATABASE.sub("<words of the database>", value)
        return MOMENT.sub("<now>", value)

    def identifier(self, found):
        prefix = found[:2] if found[1] == "-" else ""
        return self.identifiers.setdefault(found, f"<id {prefix}{len(self.identifiers) + 1}>")
