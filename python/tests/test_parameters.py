import copy
import json
import os
import pickle

from surroundings import RunTestCase

import reprise

TEXT = """{"lr": 0.1, "hidden": 64, "on": true, "off": "true", "none": null, "big": 9007199254740993,
           "layers": [{"size": 3}], "optimizer": {"name": "sgd", "lr": 1.0, "a.b": 5}}"""


class ParametersTests(RunTestCase):
    def setUp(self):
        super().setUp()
        self.write_parameters(TEXT)
        self.parameters = reprise.parameters()

    def test_attribute_item_and_dotted_path_agree(self):
        p = self.parameters
        self.assertEqual([p.optimizer.lr, p["optimizer"]["lr"], p["optimizer.lr"], p.get("optimizer.lr")], [1.0] * 4)

    def test_types_are_those_of_the_file(self):
        p = self.parameters
        self.assertIs(p.on, True)
        self.assertEqual(p.off, "true")
        self.assertIsNone(p.none)
        self.assertIs(type(p.hidden), int)
        self.assertIs(type(p.optimizer.lr), float)
        self.assertEqual(p.big, 9007199254740993)
        self.assertEqual(p.layers[0].size, 3)

    def test_a_name_that_holds_a_dot_is_found_whole(self):
        self.assertEqual(self.parameters.optimizer["a.b"], 5)
        self.assertEqual(self.parameters["optimizer.a.b"], 5)

    def test_membership_takes_dotted_names(self):
        self.assertIn("optimizer.lr", self.parameters)
        self.assertNotIn("optimizer.beta", self.parameters)
        self.assertNotIn("lr.beta", self.parameters)
        self.assertNotIn(3, self.parameters)
        self.assertEqual(self.parameters.get("optimizer.beta", 0.9), 0.9)

    def test_an_unknown_name_is_answered_with_the_nearest(self):
        with self.assertRaisesRegex(KeyError, "did you mean `hidden`"):
            self.parameters["hiden"]
        with self.assertRaisesRegex(AttributeError, "did you mean `optimizer.name`"):
            self.parameters.optimizer.nam
        self.assertFalse(hasattr(self.parameters, "momentum"))

    def test_the_error_survives_a_worker_pool(self):
        try:
            self.parameters.hiden
        except reprise.UnknownParameter as error:
            self.assertEqual(str(pickle.loads(pickle.dumps(error))), str(error))
        else:
            self.fail("no error")

    def test_it_is_a_dict_for_others(self):
        self.assertEqual(json.loads(json.dumps(self.parameters)), json.loads(TEXT))
        self.assertEqual(dict(**self.parameters.optimizer), {"name": "sgd", "lr": 1.0, "a.b": 5})

    def test_it_cannot_be_changed(self):
        p = self.parameters
        changes = [
            lambda: p.__setitem__("lr", 1),
            lambda: p.__delitem__("lr"),
            lambda: setattr(p, "lr", 1),
            lambda: delattr(p, "lr"),
            lambda: p.update(lr=1),
            lambda: p.pop("lr"),
            lambda: p.clear(),
            lambda: p.setdefault("x", 1),
            lambda: p.popitem(),
            lambda: p.optimizer.__setitem__("lr", 2),
        ]
        for change in changes:
            with self.assertRaisesRegex(reprise.RepriseError, "cannot be changed"):
                change()
        self.assertEqual(p, json.loads(TEXT))

    def test_copies_are_equal_and_to_dict_may_be_changed(self):
        for twin in (
            copy.copy(self.parameters),
            copy.deepcopy(self.parameters),
            pickle.loads(pickle.dumps(self.parameters)),
        ):
            self.assertEqual(twin, self.parameters)
            self.assertEqual(twin.optimizer.lr, 1.0)
        plain = self.parameters.to_dict()
        plain["optimizer"]["lr"] = 2
        plain["layers"][0]["size"] = 4
        self.assertIs(type(plain["optimizer"]), dict)
        self.assertEqual((self.parameters.optimizer.lr, self.parameters.layers[0].size), (1.0, 3))

    def test_flattened_names_leaves_by_their_path(self):
        self.assertEqual(self.parameters.flattened()["optimizer.name"], "sgd")
        self.assertNotIn("optimizer", self.parameters.flattened())


class DefaultsTests(RunTestCase):
    def test_by_hand_the_defaults_are_the_parameters(self):
        p = reprise.parameters({"optimizer": {"lr": 0.5}})
        self.assertEqual(p.optimizer.lr, 0.5)
        self.assertEqual(reprise.parameters(), {})

    def test_in_a_run_they_fill_in_what_the_experiment_does_not_name(self):
        self.write_parameters('{"optimizer": {"lr": 1}, "layers": 2}')
        p = reprise.parameters({"optimizer": {"lr": 0.5, "beta": 0.9}, "layers": {"a": 1}, "more": 3})
        self.assertEqual(p, {"optimizer": {"lr": 1, "beta": 0.9}, "layers": 2, "more": 3})
        self.assertIs(type(p.optimizer.lr), int)

    def test_defaults_are_not_changed(self):
        self.write_parameters('{"a": {"b": 2}}')
        defaults = {"a": {"b": 1}}
        reprise.parameters(defaults)
        self.assertEqual(defaults, {"a": {"b": 1}})

    def test_a_file_that_is_missing_or_no_object_is_named(self):
        os.environ["REPRISE_PARAMETERS"] = str(self.folder / "none.json")
        with self.assertRaisesRegex(reprise.RepriseError, "none.json"):
            reprise.parameters()
        for text in ("[1]", "{", ""):
            self.write_parameters(text)
            with self.assertRaisesRegex(reprise.RepriseError, "parameters.json"):
                reprise.parameters()
