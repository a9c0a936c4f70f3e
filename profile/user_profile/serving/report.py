"""A profile in words, for the terminal, and as JSON without raw events."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..dates import DAY, day_of, time_of
from ..features.history import History
from ..model.decisions import METRICS, Decisions, level_rule
from ..model.interests import LEVELS
from ..model.outlook import SPEND_BANDS
from .facts import Facts, counted, describe_facts, fact_row
from .profile import Profile, Suggestion
from .profiler import Profiler
from .words import BUYING, DEEDS, Words, deeds, words_of


def describe_profile(
    history: History,
    profile: Profile,
    texts: Sequence[str],
    bought: Sequence[int] = (),
    facts: Facts | None = None,
    decisions: Decisions | None = None,
) -> str:
    """The profile as text; ``bought``, if known, are marked among the suggestions; ``decisions``,
    if given, say how the levels are.
    """
    name = history.users[profile.user]
    sessions = counted(profile.known, "session")
    lines = [f"Customer {name} on {day_of(profile.moment)}, after {sessions}"]
    if facts is not None and profile.known:
        lines += describe_facts(facts, profile.user, profile.moment, words_of(history))
    if not profile.known:
        whose = ": these are everybody's answers" if profile.interests else ""
        lines.append(f"  Nothing is known of this customer yet{whose}.")
    elif profile.known == 1:
        lines.append("  Only one session is known: habits cannot be told from chance yet.")
    if profile.interests:
        lines += _interests(history, profile, texts)
        lines += [] if decisions is None else ["  " + describe_levels(decisions)]
        lines += _suggestions(history, profile, texts, bought)
    else:
        lines += ["", "  The log names no items to tell apart, so there are none to rank."]
    return "\n".join([*lines, "", "  " + describe_outlook(profile, words_of(history))])


def _interests(history: History, profile: Profile, texts: Sequence[str]) -> list[str]:
    lines = ["", "  Interest in the coming session          " + "".join(f"{x:>8}" for x in LEVELS)]
    for interest in profile.interests:
        chances = "".join(f"{chance:8.0%}" for chance in interest.probabilities)
        lines.append(f"  {interest.level:7} {interest.category[:30]:30}  {chances}")
        if interest.level != LEVELS[0]:
            looked = ", ".join(
                f"{describe_session(history, session)} ({share:.0%})"
                for session, share in interest.sessions[:2]
            )
            items = ", ".join(texts[item].strip().lower() for item, _ in interest.items[:2])
            if looked:
                lines.append(f"          rests on: {looked}" + (f"; {items}" if items else ""))
    return lines


def describe_levels(decisions: Decisions) -> str:
    """The rule by which a level is said, in one line."""
    medium, high = decisions.levels[0]
    return (
        f"high is said from a chance of {high:.0%} of high, medium from {medium:.0%} of medium or "
        f"high: what finds all levels best on validation ({METRICS[0]}), not the likeliest"
    )


def describe_bands(decisions: Decisions) -> str:
    """The rule by which a band of spend is said, in one line."""
    medium, high = decisions.spend[0]
    return (
        "spend is nothing where a return is less likely than not; of who returns, high from a "
        f"chance of {high:.0%} of high, medium from {medium:.0%} of medium or high ({METRICS[0]})"
    )


def _suggestions(
    history: History, profile: Profile, texts: Sequence[str], bought: Sequence[int]
) -> list[str]:
    words = words_of(history)
    what = f"share of the coming {words.basket}, part copied from {words.past}"
    lines = ["", f"  {words.next} ({what})"]
    for suggestion in profile.suggestions:
        mark = "✓" if suggestion.item in set(bought) else " "
        why = _why(history, profile, suggestion)
        text = texts[suggestion.item].strip()[:36]
        share = f"{suggestion.probability:6.1%} {suggestion.copied:5.0%}"
        lines.append(f"  {mark} {text:36} {share}  {why}")
    if len(bought):
        lines.append(f"  ✓ was {words.bought} in the session that followed")
    return lines


def describe_outlook(profile: Profile, words: Words = BUYING) -> str:
    """What the coming 90 days hold, as far as the log taught it."""
    if not profile.known:
        return "Within 90 days: nothing is learned of somebody who has not come yet"
    parts = {
        "returns": None if profile.returns is None else f"{words.again} {percent(profile.returns)}",
        "cancellations": None
        if profile.cancels is None
        else f"cancels something {percent(profile.cancels)}",
        "spend": describe_spend(profile) if profile.spend else None,
    }
    said = [part for part in parts.values() if part is not None]
    untaught = [name for name, part in parts.items() if part is None]
    silent = f"the log teaches nothing of {joined(untaught)}" if untaught else ""
    silent += " (it is too short, or all customers do alike)" if untaught else ""
    outlook = "Within 90 days: " + "; ".join(filter(None, [", ".join(said), silent]))
    if profile.value is None:
        return outlook
    return f"{outlook}\n  Within a year: spend of {profile.value:,.0f} to expect"


def joined(names: Sequence[str]) -> str:
    """ "a, b and c"."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def percent(chance: float) -> str:
    """A chance in whole points; nothing is certain, so neither 0 % nor 100 % is said."""
    if 0 < chance < 0.005:
        return "below 1%"
    return "over 99%" if 0.995 <= chance < 1 else f"{chance:.0%}"


def describe_spend(profile: Profile) -> str:
    """The band with its chance, and the middle of the amount; its interval, meant to hold for 80 %,
    with the share that it held for, and only where that was measured."""
    chance = profile.spend[SPEND_BANDS.index(profile.spend_band)]
    words = f"spend {profile.spend_band} ({percent(chance)})"
    if not profile.amount:
        return words
    low, middle, high = profile.amount
    words = f"{words}, about {middle:,.0f}"
    if profile.held is None:
        return words
    held, customers = profile.held
    return (
        f"{words}, between {low:,.0f} and {high:,.0f} (so it was for {held / customers:.0%} of the "
        f"{customers:,} with this band 90 days before the log's end)"
    )


def profile_record(
    profiler: Profiler, profile: Profile, texts: Sequence[str], facts: Facts | None = None
) -> dict[str, Any]:
    """A profile as plain values: answers, shares and totals, no single event of the log."""
    items = profiler.spec.items
    return {
        "customer": profiler.history.users[profile.user],
        "moment": time_of(profile.moment),
        **({} if facts is None else fact_row(facts, profile.user)),
        "interests": [
            {
                "category": interest.category,
                "level": interest.level,
                "chances": _rounded(LEVELS, interest.probabilities),
            }
            for interest in profile.interests
        ],
        **({"levels": level_rule(profiler.decisions)} if profile.interests else {}),
        "next_purchases": [
            {
                "item": items[suggestion.item],
                "text": texts[suggestion.item],
                "chance": round(suggestion.probability, 6),
                "copied": round(suggestion.copied, 4),
            }
            for suggestion in profile.suggestions
        ],
        **_outlook_record(profile),
    }


def next_columns(profile: Profile, items: Sequence[str]) -> dict[str, Any]:
    """The next purchases as columns of one row, the likeliest first."""
    row: dict[str, Any] = {}
    for place, suggestion in enumerate(profile.suggestions, 1):
        row[f"next {place}"] = items[suggestion.item]
        row[f"next {place}: share"] = round(suggestion.probability, 6)
    return row


def _outlook_record(profile: Profile) -> dict[str, Any]:
    """The answers that the log taught."""
    chances = {
        "returns_within_90_days": profile.returns,
        "cancels_within_90_days": profile.cancels,
    }
    record: dict[str, Any] = {k: round(v, 4) for k, v in chances.items() if v is not None}
    if profile.spend:
        record["spend_in_90_days"] = _rounded(SPEND_BANDS, profile.spend)
    if profile.amount:
        record["spend_amount_in_90_days"] = _amount_record(profile)
    if profile.value is not None:
        record["spend_in_a_year"] = round(profile.value, 2)
    return record


def _amount_record(profile: Profile) -> dict[str, float]:
    """The middle; low, high and how often it lay between where that was measured."""
    low, middle, high = (round(value, 2) for value in profile.amount)
    if profile.held is None:
        return {"middle": middle}
    held, customers = profile.held
    between = {"low": low, "high": high, "held": round(held / customers, 4)}
    return {"middle": middle, **between, "customers": customers}


def to_json(records: Any) -> str:
    return json.dumps(records, indent=2, ensure_ascii=False) + "\n"


def _rounded(names: Sequence[str], chances: Sequence[float]) -> dict[str, float]:
    return {name: round(chance, 4) for name, chance in zip(names, chances, strict=True)}


def describe_session(history: History, session: int) -> str:
    """A session in a few words: its date, what it did above all, and to how many items."""
    (items,) = deeds(history, session, 1)
    deed = int(np.flatnonzero(items)[0])
    day = day_of(history.start[session])
    return f"{day} {DEEDS[deed]} {counted(int(items[deed]), 'item')}"


def _why(history: History, profile: Profile, suggestion: Suggestion) -> str:
    if suggestion.last_session < 0:
        return f"not {words_of(history).bought} before: season and taste"
    days = round((profile.moment - int(history.end[suggestion.last_session])) / DAY)
    times = "once" if suggestion.times == 1 else f"{suggestion.times} times"
    return f"{words_of(history).bought} {times}, last {counted(days, 'day')} before"
