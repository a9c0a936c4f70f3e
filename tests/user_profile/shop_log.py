"""A small shop, made up: habits, seasons, cancellations; enough of each for every head."""

import csv
from pathlib import Path

import numpy as np
from user_profile.log.categories import Categories
from user_profile.log.events import Events, factorise
from user_profile.log.sessions import Sessions, group_sessions

DAY = 86_400
WORDS = ("red mug", "blue mug", "tea cup", "door sign", "wall sign", "metal sign")


def make_rows(customers: int = 30, days: int = 260, seed: int = 1) -> list[tuple]:
    """(customer, session, item, kind, time, quantity, price, text) in order of time."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        favourites = rng.choice(24, 5, replace=False)
        sessions = 1 if customer % 10 == 0 else int(rng.integers(2, 12))
        for number in range(sessions):
            day = int(rng.integers(0, days))
            time = day * DAY + int(rng.integers(8, 18)) * 3600
            season = np.arange(24)[(np.arange(24) + day // 30) % 5 == 0]
            pool = np.concatenate([favourites, favourites, season])
            for item in rng.choice(pool, rng.integers(1, 7)):
                text = f"{WORDS[item % 6]} no {item}"
                row = (f"c{customer}", f"s{customer}-{number}", f"i{item}", "purchase", time)
                rows.append((*row, int(rng.integers(1, 9)), 1.0 + item / 4, text))
            if sessions > 1 and rng.random() < 0.2:
                row = (f"c{customer}", f"r{customer}-{number}", f"i{item}", "cancellation")
                rows.append((*row, time + 5000, 1, 1.0 + item / 4, text))
    return sorted(rows, key=lambda row: row[4])


def make_sessions(**options) -> Sessions:
    return group_sessions(make_events(make_rows(**options)))


def make_events(rows: list[tuple]) -> Events:
    user, session, item, kind, time, quantity, price, text = zip(*rows)
    (users, names), (sessions, session_names) = factorise(user), factorise(session)
    (items, item_names), (texts, text_names) = factorise(item), factorise(text)
    kinds = ("purchase", "cancellation")
    country = tuple("UK" if int(name[1:]) % 3 else "France" for name in names)
    return Events(
        users, items, np.array(time, np.int64), sessions,
        np.array([kinds.index(name) for name in kind], np.int8),
        np.array(quantity, float), np.array(price), texts,
        names, item_names, session_names, kinds, text_names, {"country": country},
    )  # fmt: skip


def make_categories(sessions: Sessions, count: int = 3) -> Categories:
    code = np.array([int(item[1:]) % count for item in sessions.events.items], np.int32)
    return Categories(code, tuple(f"kind {number}" for number in range(count)), {})


def write_csv(path: Path, rows: list[tuple]) -> Path:
    """The rows in the columns of the shipped log."""
    columns = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns.split(","))
        for user, session, item, kind, time, quantity, price, text in rows:
            cancels = kind == "cancellation"
            moment = str(np.datetime64(1_300_000_000 + time, "s")).replace("T", " ")
            invoice = ("C" if cancels else "") + session
            pieces = -quantity if cancels else quantity
            writer.writerow([invoice, item, text, pieces, moment, price, user, "United Kingdom"])
    return path
