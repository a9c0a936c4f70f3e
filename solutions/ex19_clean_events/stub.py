"""ex19: turn a raw event log into clean, ordered sessions."""


def clean(events: list[dict]) -> tuple[list[dict], dict]:
    """Drop what cannot be placed, remove copies, fill what can be filled, restore the order.

    events: a list of dicts with keys "user", "item", "action", "time" and "price", in the order
    in which they arrived. "time" and "price" are numbers, the others strings or integers.
    A value is missing when its key is absent, or when it is None, a float NaN or an empty string.
    Zero is a value.

    In this order:
    1. an event without user, item or time is dropped;
    2. of events equal in all five fields the first is kept (missing equals missing,
       however it was written);
    3. a missing action becomes "unknown"; a missing price becomes the median of the known prices
       of the events left after step 2 (0.0 if none is known);
    4. the events are put in order of time; equal times stay in order of arrival.

    Returns (events, report). The events are new dicts with exactly the five keys; the report is
    a dict of six counts: "received" and "kept" (events in, events out), "dropped" (step 1),
    "duplicates" (removed in step 2), "filled_action" and "filled_price" (step 3).
    The input is not changed.
    """
    raise NotImplementedError


def sessions(events: list[dict], gap: float) -> list[list[dict]]:
    """Cut a clean log into sessions.

    events: clean events of any number of users, in order of time, users interleaved.
    A session is a run of one user's events. An event belongs to the session of the same user's
    previous event when at most `gap` lies between the two; when more lies between them,
    a new session begins.

    Returns the sessions, each a list of events in their order, sorted by the place of their first
    event in `events`. No events: an empty list. The input is not changed.
    """
    raise NotImplementedError
