import os
import random
import subprocess
import sys
import types
from pathlib import Path
from unittest import mock

from surroundings import RunTestCase

import reprise


def numpy_double(calls):
    module = types.ModuleType("numpy")
    module.random = types.SimpleNamespace(seed=lambda number: calls.append(("numpy", number)))
    return module


def torch_double(calls, warn_only=True):
    module = types.ModuleType("torch")
    module.manual_seed = lambda number: calls.append(("torch", number))
    module.cuda = types.SimpleNamespace(
        is_available=lambda: True, manual_seed_all=lambda number: calls.append(("cuda", number))
    )
    module.backends = types.SimpleNamespace(cudnn=types.SimpleNamespace(benchmark=True, deterministic=False))
    if warn_only:
        module.use_deterministic_algorithms = lambda on, warn_only: calls.append(("deterministic", on, warn_only))
    else:
        module.use_deterministic_algorithms = lambda on: calls.append(("deterministic", on))
    return module


def tensorflow_double(calls):
    module = types.ModuleType("tensorflow")
    module.random = types.SimpleNamespace(set_seed=lambda number: calls.append(("tensorflow", number)))
    module.config = types.SimpleNamespace(
        experimental=types.SimpleNamespace(enable_op_determinism=lambda: calls.append(("operations",)))
    )
    return module


def jax_doubles():
    jax, jax_random = types.ModuleType("jax"), types.ModuleType("jax.random")
    jax.random = jax_random
    jax_random.PRNGKey = lambda number: ("key", number)
    return {"jax": jax, "jax.random": jax_random}


class SeedingTests(RunTestCase):
    def setUp(self):
        super().setUp()
        self.calls = []
        for library in ("numpy", "torch", "tensorflow", "jax"):
            self.addCleanup(sys.modules.__setitem__, library, sys.modules[library]) if library in sys.modules else None
            sys.modules.pop(library, None)
        state = random.getstate()
        self.addCleanup(random.setstate, state)

    def loaded(self, **modules):
        return mock.patch.dict(sys.modules, modules)

    def test_the_runs_seed_makes_random_repeat(self):
        os.environ["REPRISE_SEED"] = "42"
        first = (reprise.seed_everything().seed, random.random())
        second = (reprise.seed_everything().seed, random.random())
        self.assertEqual(first, second)
        self.assertEqual(first[0], 42)
        self.assertNotEqual((reprise.seed_everything(43).seed, random.random())[1], first[1])

    def test_by_hand_a_seed_is_drawn_and_told_and_gives_the_same_again(self):
        report = reprise.seed_everything()
        value = random.random()
        self.assertTrue(0 <= report.seed < 2**63)
        reprise.seed_everything(report.seed)
        self.assertEqual(random.random(), value)
        self.assertNotEqual(reprise.seed_everything().seed, report.seed)

    def test_every_loaded_library_gets_a_seed_of_its_own_that_fits_it(self):
        modules = {
            "numpy": numpy_double(self.calls),
            "torch": torch_double(self.calls),
            "tensorflow": tensorflow_double(self.calls),
            **jax_doubles(),
        }
        with self.loaded(**modules):
            report = reprise.seed_everything(2**63 - 1)
        self.assertEqual(set(report.seeded), {"random", "numpy", "torch", "tensorflow", "jax"})
        self.assertEqual(len(set(report.seeded.values())), 5)
        self.assertLess(report.seeded["numpy"], 2**32)
        self.assertLess(report.seeded["jax"], 2**31)
        self.assertEqual(report.jax_key, ("key", report.seeded["jax"]))
        for call in [
            ("numpy", report.seeded["numpy"]),
            ("torch", report.seeded["torch"]),
            ("cuda", report.seeded["torch"]),
            ("deterministic", True, True),
            ("tensorflow", report.seeded["tensorflow"]),
            ("operations",),
        ]:
            self.assertIn(call, self.calls)
        self.assertEqual(vars(modules["torch"].backends.cudnn), {"benchmark": False, "deterministic": True})

    def test_what_an_old_library_cannot_do_is_told(self):
        with self.loaded(torch=torch_double(self.calls, warn_only=False)):
            report = reprise.seed_everything(1)
        self.assertIn("torch", report.seeded)
        self.assertTrue(any("deterministic algorithms" in note for note in report.uncontrolled))
        self.assertTrue(any("CUBLAS_WORKSPACE_CONFIG" in note for note in report.uncontrolled))

    def test_a_library_that_breaks_is_told_and_stops_no_other(self):
        broken = types.ModuleType("numpy")
        with self.loaded(numpy=broken, torch=torch_double(self.calls)):
            report = reprise.seed_everything(1)
        self.assertNotIn("numpy", report.seeded)
        self.assertIn("torch", report.seeded)
        self.assertTrue(any(note.startswith("numpy could not be seeded") for note in report.uncontrolled))

    def test_an_installed_library_is_imported_only_when_asked_for(self):
        source = self.folder / "library"
        source.mkdir()
        (source / "numpy.py").write_text("class random:\n    seed = staticmethod(lambda number: None)\n")
        sys.path.insert(0, str(source))
        self.addCleanup(sys.path.remove, str(source))
        self.addCleanup(sys.modules.pop, "numpy", None)
        report = reprise.seed_everything(1)
        self.assertNotIn("numpy", sys.modules)
        self.assertTrue(any(note.startswith("numpy is installed but not imported") for note in report.uncontrolled))
        self.assertIn("numpy", reprise.seed_everything(1, import_libraries=True).seeded)

    def test_the_hash_seed_is_told_unless_it_was_set(self):
        os.environ.pop("PYTHONHASHSEED", None)
        self.assertTrue(any("PYTHONHASHSEED" in note for note in reprise.seed_everything(1).uncontrolled))
        os.environ["PYTHONHASHSEED"] = "0"
        self.assertFalse(any("PYTHONHASHSEED" in note for note in reprise.seed_everything(1).uncontrolled))


class SubSeedTests(RunTestCase):
    def test_it_is_the_same_everywhere_and_differs_by_name_and_seed(self):
        self.assertEqual(reprise.sub_seed("augmentation", 7), 3903983786309235632)
        self.assertEqual(len({reprise.sub_seed(name, seed) for name in "abc" for seed in range(100)}), 300)

    def test_it_follows_the_run(self):
        os.environ["REPRISE_SEED"] = "7"
        self.assertEqual(reprise.sub_seed("a"), reprise.sub_seed("a", 7))


class ImportTests(RunTestCase):
    def test_importing_reprise_imports_no_third_party_library_and_draws_nothing(self):
        program = (
            "import random, sys; state = random.getstate(); import reprise;"
            "assert random.getstate() == state;"
            "print(sorted(set(sys.modules) & {'numpy', 'torch', 'tensorflow', 'jax'}))"
        )
        root = str(Path(reprise.__file__).resolve().parents[1])
        done = subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": root}, stdout=subprocess.PIPE, check=True
        )
        self.assertEqual(done.stdout.strip(), b"[]")
