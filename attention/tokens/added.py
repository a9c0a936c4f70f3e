"""Tokens that no merge makes, found in a text before anything else; and what is a text at all."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class AddedToken(NamedTuple):
    """A token that no merge makes: looked for in the text before anything else."""

    content: str
    special: bool = True  # decode may leave it out
    normalized: bool = False  # looked for after normalisation, not before


def finder(contents: Iterable[str]) -> re.Pattern[str] | None:
    """Finds any of these, the longest where several begin; None for none."""
    longest_first = sorted(contents, key=len, reverse=True)
    if not longest_first:
        return None
    return re.compile("(" + "|".join(map(re.escape, longest_first)) + ")")


def split(found: re.Pattern[str] | None, text: str) -> list[tuple[str, bool]]:
    """Parts of a text, each with whether `finder` looks for it."""
    parts = [text] if found is None else found.split(text)
    return [(part, bool(i % 2)) for i, part in enumerate(parts) if part]


def require_text(text: str) -> None:
    """Raises ValueError for half a surrogate pair."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(
            f"the text holds half a surrogate pair at position {error.start}, which is no "
            f"character; give valid text, or bytes"
        ) from None


def without_special(ids: Iterable[int], added: Mapping[int, AddedToken]) -> list[int]:
    """The ids that are no special token's."""
    return [i for i in ids if not (i in added and added[i].special)]
