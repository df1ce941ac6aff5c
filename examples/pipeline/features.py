"""Step 1: averages squares of pixels, and sets test images apart from those to learn from."""

import csv
import json
import os

SIDE = 8


def pooled(pixels, pool):
    """The mean of each square of `pool` by `pool` pixels; 8 must be a multiple of `pool`."""
    starts = range(0, SIDE, pool)
    inside = [(y, x) for y in range(pool) for x in range(pool)]
    return [
        sum(pixels[(top + y) * SIDE + left + x] for y, x in inside) / len(inside) for top in starts for left in starts
    ]


def main():
    with open(os.environ.get("REPRISE_PARAMETERS", "parameters.json")) as file:
        parameters = json.load(file)
    pool, tests = parameters["pool"], parameters["tests"]
    with open(os.environ.get("REPRISE_DATA_DIGITS", "../digits/data/digits.csv"), newline="") as file:
        rows = [[int(cell) for cell in row] for row in csv.reader(file)]
    images = [{"features": pooled(row[:-1], pool), "digit": row[-1]} for row in rows]
    with open("features.json", "w") as file:
        json.dump({"known": images[:-tests], "test": images[-tests:]}, file)
    print(f"{len(images)} images, {len(images[0]['features'])} features each, {tests} to test")


if __name__ == "__main__":
    main()
