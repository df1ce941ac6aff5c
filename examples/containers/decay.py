"""Integrates the chain Mo-99 -> Tc-99m -> Tc-99 and keeps the activities, hour by hour."""

import argparse
import csv
import json
import math
import os


def rates(path):
    """Decays per hour of each nuclide, in the order of the chain."""
    with open(path, newline="") as table:
        return [math.log(2) / float(row["hours"]) for row in csv.DictReader(table)]


def change(amounts, rates):
    """How fast each amount changes: what decays from the one before it, less what decays itself."""
    decays = [amount * rate for amount, rate in zip(amounts, rates)]
    return [before - own for before, own in zip([0.0] + decays, decays)]


def step(amounts, rates, width):
    """One step of Runge and Kutta, of fourth order."""
    first = change(amounts, rates)
    second = change([a + width / 2 * c for a, c in zip(amounts, first)], rates)
    third = change([a + width / 2 * c for a, c in zip(amounts, second)], rates)
    fourth = change([a + width * c for a, c in zip(amounts, third)], rates)
    sums = [a + 2 * b + 2 * c + d for a, b, c, d in zip(first, second, third, fourth)]
    return [amount + width / 6 * total for amount, total in zip(amounts, sums)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hours", type=int, default=96)
    parser.add_argument("--milking", type=int, default=24, help="hours between two milkings")
    parser.add_argument("--steps", type=int, default=60, help="steps an hour")
    options = parser.parse_args()

    decay = rates(os.environ["HALF_LIVES"])
    amounts = [1.0, 0.0, 0.0]
    milked = 0.0
    with open("activity.csv", "w") as output, open(os.environ.get("REPRISE_METRICS", os.devnull), "a") as metrics:
        print("hour,Mo-99,Tc-99m", file=output)
        for hour in range(options.hours + 1):
            activity = [amount * rate / decay[0] for amount, rate in zip(amounts, decay)]
            print(f"{hour},{activity[0]!r},{activity[1]!r}", file=output)
            print(json.dumps({"step": hour, "technetium": activity[1]}), file=metrics)
            if hour and hour % options.milking == 0:
                milked += amounts[1]
                amounts[1] = 0.0
            for _ in range(options.steps):
                amounts = step(amounts, decay, 1 / options.steps)
        print(json.dumps({"step": options.hours, "milked": milked}), file=metrics)
    print(f"milked every {options.milking} hours: {milked:.4f} of the molybdenum")


if __name__ == "__main__":
    main()
