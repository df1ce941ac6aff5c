import os
from pathlib import Path

from surroundings import RunTestCase

import reprise


class ContextTests(RunTestCase):
    def test_by_hand_there_is_no_run(self):
        self.assertIsNone(reprise.run_id)
        self.assertIsNone(reprise.seed)
        self.assertEqual((reprise.attempt, reprise.split, reprise.splits), (1, 0, 1))

    def test_inside_a_run_the_variables_say_what_holds(self):
        os.environ.update(
            REPRISE_RUN_ID="ab" * 16,
            REPRISE_SEED=str(2**63 - 1),
            REPRISE_ATTEMPT="2",
            REPRISE_SPLIT="3",
            REPRISE_SPLITS="4",
        )
        self.assertEqual(reprise.run_id, "ab" * 16)
        self.assertEqual(reprise.seed, 2**63 - 1)
        self.assertEqual((reprise.attempt, reprise.split, reprise.splits), (2, 3, 4))

    def test_a_variable_that_is_no_number_is_named(self):
        os.environ["REPRISE_SEED"] = "seven"
        with self.assertRaisesRegex(reprise.RepriseError, "REPRISE_SEED .*`seven`"):
            reprise.seed

    def test_an_unknown_attribute_names_the_nearest(self):
        with self.assertRaisesRegex(AttributeError, "did you mean `seed_everything`"):
            reprise.seed_everythin

    def test_every_public_name_exists(self):
        for name in reprise.__all__:
            self.assertTrue(hasattr(reprise, name), name)
            self.assertIn(name, dir(reprise))


class DataTests(RunTestCase):
    def test_the_name_is_folded_as_the_contract_says(self):
        os.environ["REPRISE_DATA_TRAIN_SET_2_A"] = "/data/train"
        self.assertEqual(reprise.data("train-set.2 a"), Path("/data/train"))

    def test_the_default_serves_by_hand(self):
        self.assertEqual(reprise.data("train", default="data/train.csv"), Path("data/train.csv"))

    def test_inside_a_run_undeclared_data_are_refused_in_spite_of_a_default(self):
        os.environ.update(REPRISE_RUN_ID="ab" * 16, REPRISE_DATA_TRAIN="/data/train")
        with self.assertRaisesRegex(reprise.RepriseError, "did you mean `train`") as caught:
            reprise.data("trian", default="x")
        self.assertEqual(caught.exception.code, "unknown-data")

    def test_by_hand_the_message_says_what_to_set(self):
        with self.assertRaisesRegex(reprise.RepriseError, "set REPRISE_DATA_TRAIN=PATH"):
            reprise.data("train")


class SplitTests(RunTestCase):
    def test_splits_cover_every_index_once_in_order(self):
        for count in (0, 1, 3, 4, 10, 1797):
            for splits in (1, 2, 4, 7):
                os.environ["REPRISE_SPLITS"] = str(splits)
                ranges = []
                for split in range(splits):
                    os.environ["REPRISE_SPLIT"] = str(split)
                    ranges.append(reprise.split_range(count))
                self.assertEqual([index for one in ranges for index in one], list(range(count)))
                self.assertLessEqual(max(map(len, ranges)) - min(map(len, ranges)), 1)

    def test_without_splits_the_range_is_everything(self):
        self.assertEqual(reprise.split_range(5), range(5))

    def test_a_split_out_of_range_is_refused(self):
        os.environ.update(REPRISE_SPLIT="4", REPRISE_SPLITS="4")
        with self.assertRaisesRegex(reprise.RepriseError, "from 0 to 3"):
            reprise.split_range(8)

    def test_a_negative_count_is_refused(self):
        with self.assertRaises(reprise.RepriseError):
            reprise.split_range(-1)
