"""Checks of ex19: the whole cleaning first, then each rule of it, then the sessions."""

import numpy as np

FIELDS = ("user", "item", "action", "time", "price")


def absent(rng, event, field):
    """Take one field away, in one of the four ways in which logs lose it."""
    way = rng.integers(4)
    if way == 3:
        event.pop(field, None)
    else:
        event[field] = (None, float("nan"), "")[way]


def dirty_log(rng, n=70, losses=0.08, copies=0.2):
    """n events of four users with ties, zeros, losses and late copies."""
    log = []
    for _ in range(n):
        event = {
            "user": int(rng.integers(4)),
            "item": str(rng.choice(["mug", "lamp", "clock", "bag"])),
            "action": str(rng.choice(["view", "click", "buy"])),
            "time": int(rng.integers(25)),
            "price": round(float(rng.choice([0.0, 1.0, 1.0, 1.0]) * rng.lognormal(2)), 2),
        }
        for field in FIELDS:
            if rng.random() < losses * (3 if field in ("action", "price") else 1):
                absent(rng, event, field)
        log.append(event)
    for copy in range(int(copies * n)):  # every other copy comes right behind its original
        origin = int(rng.integers(len(log)))
        place = origin + 1 if copy % 2 else int(rng.integers(len(log) + 1))
        log.insert(place, dict(log[origin]))
    return log


def respelled(rng, event):
    """A copy in which what is missing is missing in another way."""
    copy = dict(event)
    for field in FIELDS:
        value = copy.get(field)
        if value in (None, "") or value != value:
            absent(rng, copy, field)
    return copy


def clean_and_whether_new(module, events):
    """What comes back, and how many of the events are the caller's own dicts."""
    cleaned, report = module.clean(events)
    return cleaned, report, sum(any(event is own for own in events) for event in cleaned)


def clean_log(rng, n=60, users=4, longest=12):
    """n clean events in order of time, users interleaved."""
    times = np.cumsum(rng.integers(0, longest, n))
    return [
        {
            "user": int(rng.integers(users)),
            "item": str(rng.choice(["mug", "lamp", "clock"])),
            "action": "view",
            "time": int(time),
            "price": float(place),
        }
        for place, time in enumerate(times)
    ]


def test_a_dirty_log_comes_back_clean(check, rng):
    check("clean", dirty_log(rng))


def test_sessions_are_cut_where_a_user_pauses(check, rng):
    check("sessions", clean_log(rng), 20)


def test_only_events_without_user_item_or_time_are_dropped(check, rng):
    check("clean", dirty_log(rng, losses=0.2, copies=0), says_="a lost price is no reason to drop")


def test_the_first_of_equal_events_is_kept(check, rng):
    check("clean", dirty_log(rng, losses=0.02, copies=0.9))


def test_a_copy_may_lack_its_fields_in_another_way(check, rng):
    log = dirty_log(rng, n=25, losses=0.12, copies=0)
    log += [respelled(rng, event) for event in log for _ in range(3)]
    check("clean", log, says_="Missing equals missing, however it was written.")


def test_an_action_called_unknown_is_not_a_missing_one(check, rng):
    log = dirty_log(rng, n=30, losses=0.12, copies=0)
    log += [{**event, "action": word} for event in log[::2] for word in ("unknown", None)]
    check("clean", log, says_="Copies are removed before anything is filled in.")


def test_the_events_are_new_dicts_of_five_keys(check, rng):
    says = "output[2] counts the returned events that are your caller's own dicts"
    check.drive(clean_and_whether_new, dirty_log(rng), says_=says)
    log = [{"page": place, **event} for place, event in enumerate(dirty_log(rng, n=20))]
    check("clean", log, says_="What a log holds beyond the five fields does not come back.")


def test_a_log_without_faults_is_only_put_in_order(check, rng):
    log = dirty_log(rng, n=40, losses=0, copies=0)
    check("clean", list({tuple(event.values()): event for event in log}.values()))


def test_prices_that_are_all_lost_become_zero(check, rng):
    log = dirty_log(rng)
    for event in log:
        event["price"] = float("nan")
    check("clean", log)


def test_an_empty_log_is_clean(check):
    check("clean", [])


def test_a_pause_of_exactly_the_gap_does_not_cut(check, rng):
    check("sessions", clean_log(rng, users=3, longest=4), 6)


def test_times_may_be_fractions(check, rng):
    log = clean_log(rng)
    for event in log:
        event["time"] = event["time"] / 8
    check("sessions", log, 2.5)


def test_no_events_make_no_sessions(check):
    check("sessions", [], 30)


def test_the_log_is_not_changed(check, rng):
    check.unchanged("clean", dirty_log(rng))


def test_the_events_of_the_sessions_are_not_changed(check, rng):
    check.unchanged("sessions", clean_log(rng), 15)
