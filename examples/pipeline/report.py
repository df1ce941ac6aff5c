"""Step 3: puts the splits' answers together and counts."""

import csv
import glob
import json
import os


def merged(paths):
    """Every answer in the order of the images. A split that is missing would make the result look fine, so it is an error."""
    parts = []
    for path in paths:
        with open(path) as file:
            parts.append(json.load(file))
    if not parts or len(parts) != parts[0]["splits"]:
        raise SystemExit(f"report: {len(parts)} parts, not as many as there were splits")
    return sorted(answer for part in parts for answer in part["answers"])


def main():
    answers = merged(glob.glob("part-*.json"))
    correct = sum(digit == guessed for _, digit, guessed in answers)
    accuracy = correct / len(answers)
    pairs = [(digit, guessed) for _, digit, guessed in answers]
    with open("confusion.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["digit", *range(10)])
        writer.writerows([digit, *(pairs.count((digit, other)) for other in range(10))] for digit in range(10))
    with open("report.json", "w") as file:
        json.dump({"images": len(answers), "correct": correct, "accuracy": accuracy}, file, indent=2)
        file.write("\n")
    if "REPRISE_METRICS" in os.environ:
        with open(os.environ["REPRISE_METRICS"], "a") as file:
            file.write(json.dumps({"accuracy": accuracy}) + "\n")
    print(f"{correct} of {len(answers)} correct: {accuracy:.3f}")


if __name__ == "__main__":
    main()
