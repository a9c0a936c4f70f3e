"""ex19, the reference: turn a raw event log into clean, ordered sessions."""

import numpy as np

FIELDS = ("user", "item", "action", "time", "price")
USER, ITEM, ACTION, TIME, PRICE = range(5)


def clean(events: list[dict]) -> tuple[list[dict], dict]:
    """Drop, remove copies, fill, sort; report what was done."""
    rows = [tuple(_value(event.get(field)) for field in FIELDS) for event in events]
    placed = [row for row in rows if None not in (row[USER], row[ITEM], row[TIME])]
    unique = list(dict.fromkeys(placed))  # the first copy stays, in order of arrival

    known = [row[PRICE] for row in unique if row[PRICE] is not None]
    usual = {"action": "unknown", "price": float(np.median(known)) if known else 0.0}
    filled = [
        {field: usual[field] if value is None else value for field, value in zip(FIELDS, row)}
        for row in unique
    ]
    report = {
        "received": len(rows),
        "dropped": len(rows) - len(placed),
        "duplicates": len(placed) - len(unique),
        "filled_action": sum(row[ACTION] is None for row in unique),
        "filled_price": len(unique) - len(known),
        "kept": len(unique),
    }
    return sorted(filled, key=lambda event: event["time"]), report  # stable: ties keep their order


def _value(value):
    """The value, or None for every spelling of missing. NaN is what differs from itself."""
    return None if value is None or value == "" or value != value else value


def sessions(events: list[dict], gap: float) -> list[list[dict]]:
    """One pass: for each user the session that is still open."""
    found, current = [], {}
    for event in events:
        user = event["user"]
        if user not in current or event["time"] - current[user][-1]["time"] > gap:
            current[user] = []
            found.append(current[user])
        current[user].append(event)
    return found
