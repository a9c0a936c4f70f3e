"""Right answers to ex19 in other styles; each must pass."""

import math
from itertools import groupby
from statistics import median

import numpy as np
from grader import style

FIELDS = ("user", "item", "action", "time", "price")


def _is_missing(event, field):
    value = event.get(field)
    return value in (None, "") or (isinstance(value, float) and math.isnan(value))


@style("loops", replaces="clean")
def clean_with_loops(events):
    report = dict.fromkeys(
        ("received", "dropped", "duplicates", "filled_action", "filled_price", "kept"), 0
    )
    kept = []
    for event in events:
        report["received"] += 1
        if any(_is_missing(event, field) for field in ("user", "item", "time")):
            report["dropped"] += 1
            continue
        row = {f: None if _is_missing(event, f) else event[f] for f in FIELDS}
        if row in kept:
            report["duplicates"] += 1
            continue
        kept.append(row)
    prices = sorted(row["price"] for row in kept if row["price"] is not None)
    price = median(prices) if prices else 0.0
    for row in kept:
        if row["action"] is None:
            row["action"] = "unknown"
            report["filled_action"] += 1
        if row["price"] is None:
            row["price"] = price
            report["filled_price"] += 1
    for end in range(1, len(kept)):  # insertion sort: stable
        while end > 0 and kept[end]["time"] < kept[end - 1]["time"]:
            kept[end - 1], kept[end] = kept[end], kept[end - 1]
            end -= 1
    report["kept"] = len(kept)
    return kept, report


@style("in place on own copies, a stable argsort", replaces="clean")
def clean_with_argsort(events):
    own = [{f: None if _is_missing(e, f) else e[f] for f in FIELDS} for e in map(dict, events)]
    whole = [e for e in own if not {e["user"], e["item"], e["time"]} & {None}]
    seen = set()
    unique = [e for e in whole if not (tuple(e.items()) in seen or seen.add(tuple(e.items())))]
    lost_action = [e for e in unique if e["action"] is None]
    lost_price = [e for e in unique if e["price"] is None]
    prices = np.array([e["price"] for e in unique if e["price"] is not None])
    for e in lost_action:
        e["action"] = "unknown"
    for e in lost_price:
        e["price"] = np.median(prices) if prices.size else 0.0
    report = {
        "received": len(events),
        "dropped": len(events) - len(whole),
        "duplicates": len(whole) - len(unique),
        "filled_action": len(lost_action),
        "filled_price": len(lost_price),
        "kept": len(unique),
    }
    order = np.argsort([e["time"] for e in unique], kind="stable") if unique else []
    return [unique[place] for place in order], report


@style("one user at a time, then merged", replaces="sessions")
def sessions_user_by_user(events, gap):
    places = sorted(range(len(events)), key=lambda place: events[place]["user"])
    found = []
    for _, own in groupby(places, key=lambda place: events[place]["user"]):
        own = list(own)
        times = np.array([events[place]["time"] for place in own])
        cuts = np.flatnonzero(np.diff(times) > gap) + 1
        found += [part.tolist() for part in np.split(np.array(own), cuts)]
    return [[events[place] for place in part] for part in sorted(found)]
