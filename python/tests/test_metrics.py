import contextlib
import decimal
import fractions
import io
import json
import os
import random
import threading
import time
from unittest import mock

from surroundings import RunTestCase, lines

import reprise
from reprise import _metrics


class Scalar:
    """Stands for a scalar of numpy or torch: it has `.item()` and is no number itself."""

    def __init__(self, value):
        self.value = value

    def item(self):
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


class EagerTensor:
    """Stands for a tensor of tensorflow: numpy's scalar is inside, and `float()` takes even its booleans."""

    def __init__(self, value):
        self.value = value

    def numpy(self):
        return Scalar(self.value)

    def __float__(self):
        return float(self.value)


class LogTests(RunTestCase):
    def setUp(self):
        super().setUp()
        self.path = self.use_metrics_file()

    def logged(self):
        return [{name: value for name, value in line.items() if name != "time"} for line in lines(self.path)]

    def test_a_call_is_a_line(self):
        reprise.log(step=1, loss=0.5)
        reprise.log({"val/loss": 2}, step=2)
        reprise.log({"step": 3, "a": 1}, b=2)
        reprise.log(4, loss=0.25)
        reprise.log(loss=1)
        self.assertEqual(
            self.logged(),
            [
                {"step": 1, "loss": 0.5},
                {"step": 2, "val/loss": 2},
                {"step": 3, "a": 1, "b": 2},
                {"step": 4, "loss": 0.25},
                {"loss": 1},
            ],
        )

    def test_time_is_added_unless_given(self):
        before = time.time()
        reprise.log(loss=1)
        reprise.log(loss=1, time=12.5)
        first, second = lines(self.path)
        self.assertLessEqual(before - 1e-3, first["time"])
        self.assertLessEqual(first["time"], time.time() + 1e-3)
        self.assertEqual(second["time"], 12.5)

    def test_nan_and_the_infinities_are_the_contracts_words(self):
        reprise.log(a=float("nan"), b=float("inf"), c=float("-inf"))
        self.assertEqual(self.logged(), [{"a": "NaN", "b": "Infinity", "c": "-Infinity"}])

    def test_numbers_of_other_kinds(self):
        reprise.log(a=Scalar(0.5), b=EagerTensor(3), c=fractions.Fraction(1, 4), d=decimal.Decimal("0.1"), e=2**60)
        self.assertEqual(self.logged(), [{"a": 0.5, "b": 3, "c": 0.25, "d": 0.1, "e": float(2**60)}])

    def test_floats_come_back_bit_for_bit(self):
        values = [0.1 + 0.2, 5e-324, 1.7976931348623157e308, -0.0]
        for value in values:
            reprise.log(x=value)
        self.assertEqual([repr(line["x"]) for line in lines(self.path)], [repr(value) for value in values])

    def test_what_is_no_number_is_refused_by_name(self):
        cases = [
            True,
            None,
            "0.5",
            b"1",
            1j,
            [1],
            {},
            object(),
            EagerTensor(True),
            Scalar(True),
            Scalar("a"),
            Scalar([1]),
            Scalar(ValueError("size 3")),
            10**400,
        ]
        for value in cases:
            with self.assertRaisesRegex(reprise.RepriseError, "metric `loss` cannot be"):
                reprise.log(loss=value)
        self.assertFalse(self.path.exists())

    def test_a_call_with_one_bad_value_writes_nothing(self):
        with self.assertRaises(reprise.RepriseError):
            reprise.log(good=1, bad="x")
        self.assertFalse(self.path.exists())

    def test_steps_are_whole_numbers(self):
        reprise.log(step=Scalar(7), x=1)
        reprise.log(step=8.0, x=1)
        self.assertEqual([line["step"] for line in self.logged()], [7, 8])
        for step in (0.5, True, "1", float("nan"), float("inf"), 2**63):
            with self.assertRaises(reprise.RepriseError):
                reprise.log(step=step, x=1)

    def test_contradicting_or_odd_arguments_are_refused(self):
        for call in (
            lambda: reprise.log({"step": 1, "x": 1}, step=2),
            lambda: reprise.log(1, step=2, x=1),
            lambda: reprise.log("x", x=1),
            lambda: reprise.log({"": 1}),
            lambda: reprise.log({1: 1}),
        ):
            with self.assertRaises(reprise.RepriseError):
                call()

    def test_nothing_to_log_writes_nothing(self):
        reprise.log(step=3)
        reprise.log({})
        self.assertFalse(self.path.exists())

    def test_a_mapping_that_was_given_is_not_changed(self):
        metrics = {"step": 1, "time": 2.0, "x": 3}
        reprise.log(metrics)
        self.assertEqual(metrics, {"step": 1, "time": 2.0, "x": 3})

    def test_odd_names_stay_on_one_line(self):
        reprise.log({"line\nbreak \u2028 \ud800": 1, "loß": 2})
        self.assertEqual(self.logged(), [{"line\nbreak \u2028 \ud800": 1, "loß": 2}])

    def test_the_programs_generator_is_not_touched(self):
        random.seed(3)
        state = random.getstate()
        reprise.log(x=1)
        reprise.save_text("a.txt", "a")
        self.assertEqual(random.getstate(), state)

    def test_a_line_is_one_write(self):
        with mock.patch.object(os, "write", wraps=os.write) as write:
            reprise.log({"x" + str(index): index for index in range(500)})
        self.assertEqual(write.call_count, 1)


class ConcurrencyTests(RunTestCase):
    def test_lines_of_threads_and_forked_workers_never_mix(self):
        path = self.use_metrics_file()
        reprise.log(worker=-1, index=0)

        def work(worker):
            for index in range(200):
                reprise.log(step=index, worker=worker, index=index, **{"filler" + "y" * 300: 1})

        def in_child(worker):
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    work(worker)
                    status = 0
                finally:
                    os._exit(status)
            return child

        children = [in_child(worker) for worker in range(3)]
        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(3, 6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([os.waitpid(child, 0)[1] for child in children], [0, 0, 0])
        found = [(line["worker"], line["index"]) for line in lines(path)]
        self.assertEqual(sorted(found), sorted([(-1, 0)] + [(w, i) for w in range(6) for i in range(200)]))

    def test_a_descriptor_that_now_means_another_file_is_not_written_to(self):
        path = self.use_metrics_file()
        reprise.log(x=1)
        descriptor = _metrics._descriptors[str(path)][0]
        os.close(descriptor)
        stranger = self.folder / "stranger"
        with open(stranger, "wb") as file:
            if file.fileno() != descriptor:
                os.dup2(file.fileno(), descriptor)
            reprise.log(x=2)
        self.assertEqual(stranger.read_bytes(), b"")
        self.assertEqual([line["x"] for line in lines(path)], [1, 2])

    def test_a_line_cut_short_takes_no_other_with_it(self):
        path = self.use_metrics_file()
        real = os.write

        def half(descriptor, line):
            if half.calls == 0:
                half.calls += 1
                return real(descriptor, line[:5])
            raise OSError(28, "No space left on device")

        half.calls = 0
        with mock.patch.object(os, "write", half):
            with self.assertRaisesRegex(reprise.RepriseError, "No space left"):
                reprise.log(x=1)
        reprise.log(x=2)
        torn, whole = path.read_text().splitlines()
        self.assertEqual(len(torn), 5)
        self.assertEqual(json.loads(whole)["x"], 2)

    def test_a_place_that_cannot_be_written_is_named(self):
        os.environ["REPRISE_METRICS"] = str(self.folder / "none" / "metrics.jsonl")
        with self.assertRaisesRegex(reprise.RepriseError, "none/metrics.jsonl"):
            reprise.log(x=1)


class StandardOutputTests(RunTestCase):
    def test_by_hand_a_metric_is_a_marked_line(self):
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown):
            reprise.log(step=1, loss=float("nan"))
        marker, _, text = shown.getvalue().partition(" ")
        self.assertEqual(marker, "::metric")
        self.assertTrue(text.endswith("}\n"))
        self.assertEqual({**json.loads(text), "time": 0}, {"step": 1, "loss": "NaN", "time": 0})
