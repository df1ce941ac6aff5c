"""A run's environment for a test: a folder, and only the variables that the test names."""

import json
import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


class RunTestCase(unittest.TestCase):
    """Starts each test in an empty folder and outside a run."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("REPRISE_")}
        patch = mock.patch.dict(os.environ, kept, clear=True)
        patch.start()
        self.addCleanup(patch.stop)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)

    def write_parameters(self, text):
        path = self.folder / "parameters.json"
        path.write_text(text, encoding="utf-8")
        os.environ["REPRISE_PARAMETERS"] = str(path)

    def use_metrics_file(self):
        path = self.folder / "metrics.jsonl"
        os.environ["REPRISE_METRICS"] = str(path)
        return path


def lines(path):
    """The objects of a JSON Lines file, and proof that NaN never stands bare in it."""

    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n") or not text, "the last line is not ended"
    return [json.loads(line, parse_constant=refuse) for line in text.splitlines()]
