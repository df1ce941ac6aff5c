import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from surroundings import RunTestCase, lines

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
DIGITS = EXAMPLES / "digits" / "data" / "digits.csv"


class ExampleTestCase(RunTestCase):
    def execute(self, *command, **variables):
        os.environ.update({"REPRISE_DATA_DIGITS": str(DIGITS), **variables})
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def python(self, program, *arguments, **variables):
        return self.execute(sys.executable, str(EXAMPLES / program), *arguments, **variables)


class DataTests(RunTestCase):
    def test_the_data_are_those_that_their_source_page_names(self):
        named = re.search("[0-9a-f]{64}", DIGITS.with_name("SOURCE.md").read_text(encoding="utf-8"))
        self.assertEqual(hashlib.sha256(DIGITS.read_bytes()).hexdigest(), named.group())


class DigitsTests(ExampleTestCase):
    def trained(self, folder, seed):
        metrics = self.folder / (folder + ".jsonl")
        self.python(
            "digits/train.py",
            "--epochs=1",
            "--hidden=4",
            "--seed=" + seed,
            "--outputs=" + folder,
            REPRISE_METRICS=str(metrics),
        )
        return metrics.read_bytes(), {path.name: path.read_bytes() for path in (self.folder / folder).iterdir()}

    def test_the_same_seed_gives_the_same_bytes_and_another_does_not(self):
        first, second, other = self.trained("a", "7"), self.trained("b", "7"), self.trained("c", "8")
        self.assertEqual(first, second)
        self.assertNotEqual(first[1]["model.json"], other[1]["model.json"])
        self.assertEqual(set(first[1]), {"model.json", "predictions.csv", "confusion.csv"})

    def test_an_epoch_is_a_line_of_metrics(self):
        self.trained("a", "7")
        self.assertEqual([set(line) for line in lines(self.folder / "a.jsonl")], [{"step", "loss", "accuracy"}])


class PipelineTests(ExampleTestCase):
    def test_four_splits_find_what_one_finds(self):
        self.write_parameters('{"pool": 4, "neighbours": 3, "tests": 30}')
        self.python("pipeline/features.py")
        self.python("pipeline/evaluate.py")
        self.python("pipeline/report.py")
        whole = json.loads((self.folder / "report.json").read_text())
        for split in range(4):
            self.python("pipeline/evaluate.py", REPRISE_SPLIT=str(split), REPRISE_SPLITS="4")
        self.python("pipeline/report.py")
        self.assertEqual(json.loads((self.folder / "report.json").read_text()), whole)
        self.assertEqual(whole["images"], 30)


class SpecsTests(ExampleTestCase):
    def test_every_experiment_fits_with_its_own_parameters(self):
        listing = "import json, specs; print(json.dumps(specs.spec()))"
        experiments = json.loads(self.execute(sys.executable, "-c", listing, PYTHONPATH=str(EXAMPLES / "specs")))
        self.assertEqual(len({experiment["name"] for experiment in experiments}), 6)
        for experiment in experiments[::2]:
            self.write_parameters(json.dumps({**experiment["parameters"], "epochs": 1, "batch": 256}))
            self.python("specs/fit.py")
            self.assertEqual(len(json.loads((self.folder / "weights.json").read_text())), 10)


class ShellTests(ExampleTestCase):
    def test_each_level_is_a_metric_and_the_smallest_result_is_kept(self):
        shown = self.execute("sh", str(EXAMPLES / "shell" / "compress.sh"), str(DIGITS), "1", "2")
        metrics = [json.loads(line[9:]) for line in shown.splitlines() if line.startswith("::metric ")]
        self.assertEqual([metric["step"] for metric in metrics], [1, 2])
        smallest = min(metric["bytes"] for metric in metrics)
        self.assertEqual((self.folder / "best.gz").stat().st_size, smallest)
