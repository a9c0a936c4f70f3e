"""What people get wrong in ex19: working functions, each with its misconception."""

import math
from statistics import fmean, median, median_high

from grader import mistake

FIELDS = ("user", "item", "action", "time", "price")
NEEDED = ("user", "item", "time")


def _missing(value):
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _first_copies(rows):
    return [dict(zip(FIELDS, row)) for row in dict.fromkeys(tuple(r.values()) for r in rows)]


def _by_time(rows):
    return sorted(rows, key=lambda row: row["time"])


def _clean(
    events,
    missing=_missing,
    needed=NEEDED,
    distinct=_first_copies,
    centre=median,
    priced=None,
    order=_by_time,
    others=lambda row: {},
):
    """The right way with one step of it replaced."""
    rows = [
        {f: None if missing(event.get(f)) else event.get(f) for f in FIELDS} for event in events
    ]
    placed = [row for row in rows if all(row[field] is not None for field in needed)]
    unique = distinct(placed)
    known = [row["price"] for row in (priced or distinct)(placed) if row["price"] is not None]
    report = {
        "received": len(rows),
        "dropped": len(rows) - len(placed),
        "duplicates": len(placed) - len(unique),
        "filled_action": sum(row["action"] is None for row in unique),
        "filled_price": sum(row["price"] is None for row in unique),
        "kept": len(unique),
    }
    usual = {"action": "unknown", "price": float(centre(known)) if known else 0.0}
    filled = [
        {**others(row), **{f: usual[f] if row[f] is None else row[f] for f in FIELDS}}
        for row in unique
    ]
    return order(filled), report


@mistake(
    "your test for missing is `not value`, so user 0, time 0 and price 0.0 are lost; "
    "zero is a value",
    replaces="clean",
)
def zero_is_missing(events):
    return _clean(events, missing=lambda value: not value or value != value)


@mistake(
    "you take only None for missing; NaN and the empty string are missing too", replaces="clean"
)
def only_none_is_missing(events):
    return _clean(events, missing=lambda value: value is None)


@mistake(
    "you drop every event with anything missing; a missing action or price is filled, not dropped",
    replaces="clean",
)
def drops_what_can_be_filled(events):
    return _clean(events, needed=FIELDS)


@mistake(
    "you call events equal when user, item and time agree; all five fields must agree",
    replaces="clean",
)
def duplicates_by_three_fields(events):
    def distinct(rows):
        seen = {}
        for row in rows:
            seen.setdefault(tuple(row[field] for field in NEEDED), row)
        return list(seen.values())

    return _clean(events, distinct=distinct)


def _without(field):
    """Copies told by all fields but one."""

    def distinct(rows):
        seen = {}
        for row in rows:
            seen.setdefault(tuple(row[name] for name in FIELDS if name != field), row)
        return list(seen.values())

    return distinct


@mistake(
    "you leave the action out when you compare events; all five fields must agree",
    replaces="clean",
)
def copies_whatever_the_action(events):
    return _clean(events, distinct=_without("action"))


@mistake(
    "you leave the price out when you compare events; all five fields must agree",
    replaces="clean",
)
def copies_whatever_the_price(events):
    return _clean(events, distinct=_without("price"))


@mistake("your report's kept counts the copies too; count what is left", replaces="clean")
def kept_with_copies(events):
    found, report = _clean(events)
    return found, {**report, "kept": report["kept"] + report["duplicates"]}


@mistake(
    "you keep the last of equal events, which moves it behind its neighbours of the same time; "
    "the first must stay",
    replaces="clean",
)
def keeps_the_last_copy(events):
    return _clean(events, distinct=lambda rows: _first_copies(rows[::-1])[::-1])


@mistake(
    "you compare an event only with the one before it; a copy may arrive much later",
    replaces="clean",
)
def only_neighbouring_copies(events):
    def distinct(rows):
        return [row for place, row in enumerate(rows) if place == 0 or row != rows[place - 1]]

    return _clean(events, distinct=distinct)


@mistake("you leave the duplicates in; of equal events one must remain", replaces="clean")
def duplicates_left_in(events):
    return _clean(events, distinct=list)


@mistake("you fill the price with the mean; the median was asked for", replaces="clean")
def mean_price(events):
    return _clean(events, centre=fmean)


@mistake("you fill the price with 0; it must be the median of the known prices", replaces="clean")
def price_zero(events):
    return _clean(events, centre=lambda known: 0.0)


@mistake(
    "your median counts the copies as well; remove the duplicates before you fill", replaces="clean"
)
def median_before_deduplication(events):
    return _clean(events, priced=list)


@mistake(
    "you fill the missing actions before you look for copies, so one that is called unknown "
    "becomes a copy of one that was missing; fill last",
    replaces="clean",
)
def filled_before_the_copies(events):
    def distinct(rows):
        named = [{**row, "action": row["action"] or "unknown"} for row in rows]
        first = {tuple(row.values()): place for place, row in reversed([*enumerate(named)])}
        return [rows[place] for place in sorted(first.values())]

    return _clean(events, distinct=distinct)


@mistake(
    "you leave the events in order of arrival; they must be in order of time", replaces="clean"
)
def not_sorted(events):
    return _clean(events, order=list)


@mistake(
    "the order of ties is lost: you sort by more than the time; equal times keep their arrival",
    replaces="clean",
)
def ties_sorted_by_user(events):
    return _clean(events, order=lambda rows: sorted(rows, key=lambda r: (r["time"], r["user"])))


@mistake(
    "the order of ties is reversed: you sort upside down and turn the list; sort once, upwards",
    replaces="clean",
)
def ties_reversed(events):
    return _clean(events, order=lambda rows: _by_time(rows[::-1]))


@mistake("your median of an even number of prices is the upper of the middle two; take their mean")
def upper_median(events):
    return _clean(events, centre=median_high)


@mistake("your median counts each different price once; every known price counts")
def median_of_different_prices(events):
    return _clean(events, centre=lambda prices: median(set(prices)))


def _sessions(events, begins, key=lambda event: event["user"]):
    """The right way with the rule of where a session begins replaced."""
    found, current = [], {}
    for event in events:
        if key(event) not in current or begins(current[key(event)], event):
            current[key(event)] = []
            found.append(current[key(event)])
        current[key(event)].append(event)
    return found


@mistake(
    "you measure the gap from the start of the session; it counts from the user's previous event",
    replaces="sessions",
)
def gap_from_the_start(events, gap):
    return _sessions(events, lambda session, event: event["time"] - session[0]["time"] > gap)


@mistake(
    "you measure the gap between neighbours in the log, whoever they are; "
    "each user has sessions of their own",
    replaces="sessions",
)
def users_mixed(events, gap):
    return _sessions(
        events, lambda session, event: event["time"] - session[-1]["time"] > gap, key=lambda _: None
    )


@mistake(
    "you measure the gap from the previous event of any user; it counts from that of the same user",
    replaces="sessions",
)
def gap_from_anybody(events, gap):
    found, current, last = [], {}, -math.inf
    for event in events:
        if event["user"] not in current or event["time"] - last > gap:
            current[event["user"]] = []
            found.append(current[event["user"]])
        current[event["user"]].append(event)
        last = event["time"]
    return found


@mistake(
    "a pause of exactly the gap begins a new session with you; only a longer one does",
    replaces="sessions",
)
def cuts_at_the_gap(events, gap):
    return _sessions(events, lambda session, event: event["time"] - session[-1]["time"] >= gap)


@mistake(
    "you cut time into fixed windows of the gap's length; a session ends with a pause, "
    "not with the clock",
    replaces="sessions",
)
def fixed_windows(events, gap):
    return _sessions(
        events, lambda session, event: event["time"] // gap != session[0]["time"] // gap
    )


@mistake(
    "your sessions stand user by user; they must stand in the order of their first events",
    replaces="sessions",
)
def user_by_user(events, gap):
    found = _sessions(events, lambda session, event: event["time"] - session[-1]["time"] > gap)
    return sorted(found, key=lambda session: session[0]["user"])


@mistake(
    "you close a session only when the next begins, so each user's last session is lost; "
    "close the open ones at the end",
    replaces="sessions",
)
def last_session_lost(events, gap):
    found = _sessions(events, lambda session, event: event["time"] - session[-1]["time"] > gap)
    last = {session[0]["user"]: place for place, session in enumerate(found)}
    return [session for place, session in enumerate(found) if place not in last.values()]


@mistake(
    "you look for copies before the spellings of missing are made one: None, NaN, an empty string "
    "and an absent key are equal",
    replaces="clean",
)
def copies_by_spelling(events):
    kept = []
    for event in events:
        if any(_missing(event.get(field)) for field in NEEDED) or event not in kept:
            kept.append(event)
    found, report = _clean(kept, distinct=lambda rows: [dict(row) for row in rows])
    return found, {
        **report,
        "received": len(events),
        "duplicates": len(events) - len(kept),
    }


@mistake(
    "you do not take NaN for missing: x == nan is never true, so ask x != x or math.isnan",
    replaces="clean",
)
def nan_is_a_value(events):
    return _clean(events, missing=lambda value: value is None or value == "")


@mistake(
    "you hand back the caller's own dicts where nothing is missing; the events must be new dicts",
    replaces="clean",
)
def own_dicts_returned(events):
    found, report = _clean(events)
    return [next((own for own in events if own == event), event) for event in found], report


@mistake(
    "you leave other keys in the events; they must hold the five alone",
    replaces="clean",
)
def other_keys_stay(events):
    more = {}
    for event in events:
        row = tuple(None if _missing(event.get(f)) else event.get(f) for f in FIELDS)
        more.setdefault(row, {key: event[key] for key in event.keys() - set(FIELDS)})

    return _clean(events, others=lambda row: more[tuple(row.values())])


@mistake("you drop events without a price; only user, item and time are needed", replaces="clean")
def drops_without_a_price(events):
    return _clean(events, needed=(*NEEDED, "price"))


@mistake(
    "your sessions stand in the order in which they end; they must stand in the order of their "
    "first events",
    replaces="sessions",
)
def in_order_of_their_ends(events, gap):
    found = _sessions(events, lambda session, event: event["time"] - session[-1]["time"] > gap)
    place = {id(event): number for number, event in enumerate(events)}
    return sorted(found, key=lambda session: place[id(session[-1])])
