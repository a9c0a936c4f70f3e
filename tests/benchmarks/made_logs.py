"""Made-up logs of other shapes: python -m tests.benchmarks.made_logs SHAPE FILE

visits   the shape of CDNOW: 2,357 customers over 78 weeks who come, by BG/NBD with the parameters
         published for it, spend by gamma-gamma, and leave; one to three of 60 items, which have
         no names, a visit
grocery  600 households over 300 days that buy again what they are used to, by a rhythm of 5 to 20
         days, from 400 items in eight aisles; a habit fades and another comes
gifts    1,500 customers of a shop over 26 months, who come from any day on and stay away for good
         from another; half of them come four times as often in November and December, else half
         as often
clicks   1,500 paths over 300 pages, each page leading to five others: what was before says nothing
None has cancellations. Plain CSV: customer, order, item, time, quantity, price, text.
"""

import csv
import sys
from pathlib import Path

import numpy as np

DAY, BEGIN = 86_400, 1_600_000_000
AISLES = ("bread", "milk", "fruit", "cheese", "coffee", "soap", "pasta", "wine")
Row = tuple[str, str, str, str, int, float, str]


def visits(seed: int = 0, customers: int = 2357) -> list[Row]:
    rng, rows = np.random.default_rng(seed), []
    for customer in range(customers):
        rate, leaves = rng.gamma(0.243, 1 / 4.414), rng.beta(0.793, 2.426)
        worth = rng.gamma(3.74, 1 / 15.45)
        week, number = rng.uniform(0, 12), 0
        taste = rng.choice(60, 6)
        while week < 78:
            value = rng.gamma(6.25) / worth
            chosen = rng.choice(taste, rng.integers(1, 4))
            rows += _basket(customer, number, week * 7, np.unique(chosen), value, rng, False)
            if number and rng.random() < leaves:
                break
            week, number = week + rng.exponential(1 / max(rate, 1e-9)), number + 1
    return rows


def grocery(seed: int = 0, households: int = 600) -> list[Row]:
    rng, rows = np.random.default_rng(seed), []
    for household in range(households):
        habits = rng.choice(400, 15, replace=False)
        likely, every = rng.beta(2, 3, 15), rng.uniform(5, 20)
        day, number = rng.uniform(0, 60), 0
        until = 300 if rng.random() < 0.7 else rng.uniform(60, 300)  # some move away
        while day < until:
            if rng.random() < 0.1:
                habits[rng.integers(15)] = rng.integers(400)
            held = habits[rng.random(15) < likely]
            held = np.unique(np.append(held, rng.integers(400, size=rng.integers(1, 3))))
            rows += _basket(household, number, day, held, 3.0 * len(held), rng, True)
            day, number = day + rng.gamma(4, every / 4), number + 1
    return rows


def gifts(seed: int = 0, days: int = 790, seasonal: bool = True) -> list[Row]:
    rng, rows = np.random.default_rng(seed), []
    calendar = np.datetime64(BEGIN, "s").astype("datetime64[D]") + np.arange(days)
    festive = calendar.astype("datetime64[M]").astype(int) % 12 >= 10
    for customer in range(1500):
        begins, stays = rng.uniform(0, 700), rng.exponential(400)
        rate = np.full(days, rng.gamma(0.9, 1 / 40))
        if seasonal and rng.random() < 0.5:
            rate *= np.where(festive, 4.0, 0.5)
        taste = rng.choice(60, 6)
        for day in np.flatnonzero(rng.random(days) < rate):
            if begins <= day < begins + stays:
                chosen = np.unique(rng.choice(taste, rng.integers(1, 4)))
                rows += _basket(customer, int(day), float(day), chosen, 9.0, rng, False)
    return rows


def clicks(seed: int = 0, paths: int = 1500) -> list[Row]:
    rng, rows = np.random.default_rng(seed), []
    leads = np.array([rng.choice(300, 5, replace=False) for _ in range(300)])
    likely = np.array([0.5, 0.2, 0.15, 0.1, 0.05])
    for path in range(paths):
        page = int(rng.integers(300))
        for step in range(int(rng.integers(6, 30))):
            moment = str(np.datetime64(BEGIN + path * 600 + step * 20, "s"))
            rows.append((f"c{path}", f"o{path}", f"i{page}", moment, 1, 0.0, ""))
            page = int(leads[page, rng.choice(5, p=likely)])
    return rows


def _basket(
    customer: int,
    number: int,
    day: float,
    items: np.ndarray,
    value: float,
    rng: np.random.Generator,
    named: bool,
) -> list[Row]:
    moment = np.datetime64(BEGIN + int(day * DAY), "s")
    shares = rng.dirichlet(np.full(len(items), 5.0)) * value
    return [
        (f"c{customer}", f"o{customer}-{number}", f"i{item}", str(moment), 1, round(price, 2),
         f"{AISLES[item % 8]} {AISLES[item // 8 % 8]} {item}" if named else "")
        for item, price in zip(items.tolist(), np.maximum(shares, 0.01).tolist())
    ]  # fmt: skip


SHAPES = {"visits": visits, "grocery": grocery, "gifts": gifts, "clicks": clicks}


def main() -> None:
    if len(sys.argv) != 3 or sys.argv[1] not in SHAPES:
        raise SystemExit(__doc__)
    rows = SHAPES[sys.argv[1]]()
    write(Path(sys.argv[2]), rows)
    print(f"{len(rows):,} rows written to {sys.argv[2]}")


def write(path: Path, rows: list[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("user", "session", "item", "time", "quantity", "price", "text"))
        writer.writerows(sorted(rows, key=lambda row: row[3]))


if __name__ == "__main__":
    main()
