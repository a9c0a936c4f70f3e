"""What a workbook remembers, as plain data, and how two memories of it become one.

{"exercises": {name: entry}, "route": …, "best_interview": …}; counts are kept by computer.
"""

from datetime import datetime
from typing import Any

VERSION = 1
COUNTS, FIRST = ("attempts", "seconds"), ("first_pass", "gave_up")
LATEST = {"passed": "on", "review": "last", "route": "on"}
Data = dict[str, Any]


def total(entry: Data, field: str) -> int:
    """A count over all computers."""
    return sum(entry.get(field, {}).values())


def merged(first: Data, second: Data) -> Data:
    """Both memories in one: nothing counted twice, nothing lost; of one second, `second` holds."""
    exercises = {
        name: _merged_entry(first["exercises"].get(name, {}), second["exercises"].get(name, {}))
        for name in {**first["exercises"], **second["exercises"]}
    }
    interviews = [data["best_interview"] for data in (first, second) if "best_interview" in data]
    best = max(interviews, key=lambda it: it["solved"], default=None)
    routes = [data["route"] for data in (second, first) if "route" in data]
    route = max(routes, key=lambda it: it["on"], default=None)
    data = {"version": VERSION, "exercises": exercises}
    return data | ({"best_interview": best} if best else {}) | ({"route": route} if route else {})


def _merged_entry(first: Data, second: Data) -> Data:
    entry = {**first, **second}
    for field in entry.keys() & first.keys() & second.keys():
        a, b = first[field], second[field]
        if field in COUNTS:
            entry[field] = {key: max(a.get(key, 0), b.get(key, 0)) for key in {**a, **b}}
        elif field in LATEST:
            entry[field] = max(b, a, key=lambda it: it[LATEST[field]])
        else:
            entry[field] = min(a, b) if field in FIRST else max(a, b)
    return entry


def tidy(raw: Data) -> Data:
    """Only fields of the right kind: a file that a hand has edited cannot stop a command."""
    exercises = raw.get("exercises")
    entries = exercises.items() if isinstance(exercises, dict) else ()
    data: Data = {
        "version": VERSION,
        "exercises": {
            name: {key: value for key, value in entry.items() if _sound(key, value)}
            for name, entry in entries
            if isinstance(entry, dict)
        },
    }
    for key in ("route", "best_interview"):
        if key in raw and _sound(key, raw[key]):
            data[key] = raw[key]
    return data


def _sound(key: str, value: Any) -> bool:
    if key in COUNTS:
        return isinstance(value, dict) and all(_number(number) for number in value.values())
    if key == "hints":
        return _number(value)
    if key in FIRST:
        return isinstance(value, str)
    fields = FORMS.get(key, {})
    return (
        bool(fields)
        and isinstance(value, dict)
        and all(isinstance(value.get(name), kind) for name, kind in fields.items())
        and (key != "review" or _date(value["due"]))
    )


FORMS: dict[str, dict[str, Any]] = {
    "passed": {"on": str, "print": str},
    "review": {"last": str, "due": str, "step": int},
    "route": {"on": str, "name": str},
    "best_interview": {"on": str, "solved": int, "asked": int, "minutes": int | float},
}


def _number(value: Any) -> bool:
    return type(value) is int and value >= 0


def _date(text: str) -> bool:
    try:
        return bool(datetime.strptime(text, "%Y-%m-%d"))
    except ValueError:
        return False
