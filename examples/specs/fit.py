"""Softmax regression on handwritten digits, with the optimizer that the parameters name."""

import csv
import json
import math
import os
import random
from operator import mul

DEFAULTS = {"epochs": 5, "batch": 16, "optimizer": {"name": "sgd", "lr": 0.5}}


def read_parameters():
    path = os.environ.get("REPRISE_PARAMETERS")
    if not path:
        return DEFAULTS
    with open(path) as file:
        return json.load(file)


def log(**metrics):
    path = os.environ.get("REPRISE_METRICS")
    if path:
        with open(path, "a") as file:
            file.write(json.dumps(metrics) + "\n")


def read_digits(path):
    """Images as 64 numbers from 0 to 1 and a constant 1 for the bias, each with its digit."""
    with open(path, newline="") as file:
        rows = [[int(cell) for cell in row] for row in csv.reader(file)]
    return [([pixel / 16 for pixel in row[:-1]] + [1.0], row[-1]) for row in rows]


def zeros():
    return [[0.0] * 65 for _ in range(10)]


class SGD:
    def __init__(self, lr):
        self.lr = lr

    def change(self, digit, slopes):
        return [-self.lr * g for g in slopes]


class Momentum:
    def __init__(self, lr, momentum):
        self.lr, self.momentum, self.speed = lr, momentum, zeros()

    def change(self, digit, slopes):
        moved = [self.momentum * v - self.lr * g for v, g in zip(self.speed[digit], slopes)]
        self.speed[digit] = moved
        return moved


class Adam:
    def __init__(self, lr, beta1, beta2):
        self.lr, self.beta1, self.beta2 = lr, beta1, beta2
        self.mean, self.square, self.steps = zeros(), zeros(), [0] * 10

    def change(self, digit, slopes):
        self.steps[digit] += 1
        a, b, steps = self.beta1, self.beta2, self.steps[digit]
        mean = self.mean[digit] = [a * m + (1 - a) * g for m, g in zip(self.mean[digit], slopes)]
        square = self.square[digit] = [b * s + (1 - b) * g * g for s, g in zip(self.square[digit], slopes)]
        rate, scale = self.lr / (1 - a**steps), 1 - b**steps
        return [-rate * m / (math.sqrt(s / scale) + 1e-8) for m, s in zip(mean, square)]


OPTIMIZERS = {"sgd": SGD, "momentum": Momentum, "adam": Adam}


def probabilities(weights, image):
    scores = [sum(map(mul, row, image)) for row in weights]
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def train_epoch(weights, optimizer, train, batch, chance):
    """One pass in an order drawn anew; returns the mean loss."""
    loss = 0.0
    order = chance.sample(train, len(train))
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        gradient = zeros()
        for image, digit in chosen:
            guessed = probabilities(weights, image)
            loss -= math.log(max(guessed[digit], 1e-300))
            for index, p in enumerate(guessed):
                error = (p - (index == digit)) / len(chosen)
                gradient[index] = [g + error * x for g, x in zip(gradient[index], image)]
        for index, slopes in enumerate(gradient):
            weights[index] = [w + c for w, c in zip(weights[index], optimizer.change(index, slopes))]
    return loss / len(order)


def main():
    parameters = read_parameters()
    chance = random.Random(int(os.environ.get("REPRISE_SEED", 7)))
    digits = read_digits(os.environ.get("REPRISE_DATA_DIGITS", "../digits/data/digits.csv"))
    train, test = digits[:1297], digits[1297:]
    settings = dict(parameters["optimizer"])
    optimizer = OPTIMIZERS[settings.pop("name")](**settings)
    weights = zeros()
    for epoch in range(1, parameters["epochs"] + 1):
        loss = train_epoch(weights, optimizer, train, parameters["batch"], chance)
        guesses = [probabilities(weights, image) for image, _ in test]
        accuracy = sum(p.index(max(p)) == digit for p, (_, digit) in zip(guesses, test)) / len(test)
        log(step=epoch, loss=loss, accuracy=accuracy)
        print(f"epoch {epoch}: loss {loss:.4f}, accuracy {accuracy:.3f}", flush=True)
    with open("weights.json", "w") as file:
        json.dump(weights, file)
        file.write("\n")


if __name__ == "__main__":
    main()
