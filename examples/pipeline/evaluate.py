"""Step 2, split: asks for each of this split's test images what its nearest neighbours are."""

import json
import math
import os
from collections import Counter
from heapq import nsmallest


def guess(features, known, neighbours):
    """The digit that most neighbours have; among equals, the one of the nearest."""
    near = nsmallest(neighbours, known, key=lambda image: math.dist(features, image["features"]))
    return Counter(image["digit"] for image in near).most_common(1)[0][0]


def main():
    split, splits = int(os.environ.get("REPRISE_SPLIT", 0)), int(os.environ.get("REPRISE_SPLITS", 1))
    with open(os.environ.get("REPRISE_PARAMETERS", "parameters.json")) as file:
        neighbours = json.load(file)["neighbours"]
    with open("features.json") as file:
        images = json.load(file)
    count = len(images["test"])
    indices = range(count * split // splits, count * (split + 1) // splits)
    answers = []
    for index in indices:
        image = images["test"][index]
        answers.append([index, image["digit"], guess(image["features"], images["known"], neighbours)])
    with open(f"part-{split}.json", "w") as file:
        json.dump({"splits": splits, "answers": answers}, file)
    print(f"split {split} of {splits}: images {indices.start} to {indices.stop - 1}")


if __name__ == "__main__":
    main()
