import json
import os
import pathlib
import stat
from unittest import mock

from surroundings import RunTestCase

import reprise


class Array:
    """Stands for an array of numpy or torch."""

    def __init__(self, values):
        self.values = values

    def tolist(self):
        return self.values


class OutputsTests(RunTestCase):
    def test_the_folder_is_the_runs_and_made_on_demand(self):
        os.environ["REPRISE_OUTPUTS"] = str(self.folder / "run" / "outputs")
        self.assertFalse((self.folder / "run").exists())
        self.assertEqual(reprise.outputs, self.folder / "run" / "outputs")
        self.assertTrue(reprise.outputs.is_dir())

    def test_by_hand_it_is_below_the_working_directory(self):
        self.assertEqual(reprise.outputs, pathlib.Path("outputs"))
        self.assertTrue((self.folder / "outputs").is_dir())

    def test_an_outputs_folders_are_made_and_the_file_is_not(self):
        path = reprise.output("plots/loss.png")
        self.assertTrue(path.parent.is_dir())
        self.assertFalse(path.exists())

    def test_a_name_that_leaves_the_folder_is_refused(self):
        for name in ("../x", "/etc/passwd", "a/../../x", "", "."):
            with self.assertRaisesRegex(reprise.RepriseError, "is no name of an output"):
                reprise.output(name)

    def test_what_is_saved_is_what_was_given(self):
        self.assertEqual(reprise.save_bytes("a.bin", b"\0\xff").read_bytes(), b"\0\xff")
        self.assertEqual(reprise.save_text("a/b.txt", "ü\r\n").read_bytes(), "ü\r\n".encode())
        self.assertEqual(sorted(p.name for p in reprise.outputs.rglob("*")), ["a", "a.bin", "b.txt"])

    def test_a_failure_leaves_the_old_file_and_no_draft(self):
        reprise.save_text("a.txt", "old")
        with mock.patch.object(os, "replace", side_effect=OSError(28, "No space left on device")):
            with self.assertRaises(OSError):
                reprise.save_text("a.txt", "new")
        self.assertEqual((reprise.outputs / "a.txt").read_text(), "old")
        self.assertEqual(os.listdir("outputs"), ["a.txt"])

    def test_the_mode_follows_the_umask(self):
        previous = os.umask(0o027)
        try:
            path = reprise.save_text("a.txt", "a")
        finally:
            os.umask(previous)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o640)


class JSONTests(RunTestCase):
    def saved(self, value):
        return reprise.save_json("value.json", value).read_text(encoding="utf-8")

    def test_values_come_back(self):
        value = {"b": [1, 0.1, None, True, "ü"], "a": {"1": []}}
        self.assertEqual(json.loads(self.saved(value)), value)
        self.assertEqual(list(json.loads(self.saved(value))), ["b", "a"])

    def test_what_json_has_no_word_for_is_written_as_metrics_write_it(self):
        text = self.saved([float("nan"), float("inf"), -float("inf")])
        self.assertEqual(json.loads(text), ["NaN", "Infinity", "-Infinity"])

    def test_floats_stay_floats_and_integers_exact(self):
        self.assertEqual(self.saved([1e300, 1.0, 2**70]), f"[\n  1e+300,\n  1.0,\n  {2**70}\n]\n")

    def test_arrays_tuples_paths_and_parameters_are_taken(self):
        value = {"a": Array([[1, 2]]), "t": (1, 2), "p": pathlib.PurePosixPath("x/y"), 3: reprise.Parameters({"lr": 1})}
        self.assertEqual(json.loads(self.saved(value)), {"a": [[1, 2]], "t": [1, 2], "p": "x/y", "3": {"lr": 1}})

    def test_what_has_no_order_or_no_meaning_is_refused(self):
        for value in ({1, 2}, object(), b"x", {None: 1}, {1.5: 1}):
            with self.assertRaises(reprise.RepriseError):
                self.saved(value)
        self.assertFalse((self.folder / "outputs" / "value.json").exists())
