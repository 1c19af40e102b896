"""Writes apartments.csv and seeds.csv, invented data for the examples, with text and missing values.

    python3 make.py        needs nothing but Python
"""
import csv
import math
import random


def write(name, header, rows):
    with open(name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def sometimes(rng, share, missing, value):
    return missing if rng.random() < share else value


def apartments(rng):
    prices = {"harbour": 14.0, "old town": 16.5, "hills": 11.0, "station": 9.0}
    heating = {"gas": 0.0, "electric": -40.0, "district heating": 60.0}
    for _ in range(300):
        area = max(18.0, rng.gauss(65, 22))
        rooms = max(1, round(area / 26 + rng.gauss(0, 0.6)))
        year = rng.randint(1890, 2020)
        district, kind = rng.choice(list(prices)), rng.choice(list(heating))
        age = (2020 - year) / 60
        rent = area * prices[district] * (1 - 0.35 * age * math.exp(-age)) + 25 * rooms + heating[kind]
        rent *= math.exp(rng.gauss(0, 0.05))
        yield [
            f"{area:.0f}",
            rooms,
            sometimes(rng, 0.12, "NA", year),
            district,
            sometimes(rng, 0.08, "", kind),
            f"{rent:.0f}",
        ]


def seeds(rng):
    kinds = {"barley": (8.6, 3.4, 0.5), "rye": (8.1, 2.6, 0.2), "wheat": (6.6, 3.3, 0.35)}
    for _ in range(300):
        kind = rng.choice(list(kinds))
        length, width, rough = kinds[kind]
        surface = "rough" if rng.random() < rough else "smooth"
        length, width = rng.gauss(length, 0.55), rng.gauss(width, 0.3)
        mass = 4.6 * length * width**2 / 7 * math.exp(rng.gauss(0, 0.08))
        yield [
            sometimes(rng, 0.05, "?", f"{length:.2f}"),
            f"{width:.2f}",
            sometimes(rng, 0.1, "?", f"{mass:.1f}"),
            surface,
            kind,
        ]


rng = random.Random(1)
write("apartments.csv", ["area", "rooms", "year", "district", "heating", "rent"], apartments(rng))
write("seeds.csv", ["length", "width", "mass", "surface", "kind"], seeds(rng))
