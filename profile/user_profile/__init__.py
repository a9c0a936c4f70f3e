"""Trains multi-dimensional user profiles from a shop's raw event log, with `attention` alone.

Names are imported when first used, so that ``import user_profile`` stays instant.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "DataError": "errors",
    "Events": "events",
    "Sessions": "sessions",
    "group_sessions": "sessions",
    "single_event_sessions": "sessions",
    "Split": "split",
    "Targets": "split",
    "split_last_sessions": "split",
    "clean_events": "clean",
    "read_events": "readers",
    "find_categories": "categories",
    "read_categories": "categories",
    "compare": "evaluate",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
