"""Answers as rows that are made when they are looked at: a million of them fit."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

Row = dict[str, Any]


class Rows(Sequence[Row]):
    """So many rows, of which `make` knows each by its number."""

    def __init__(self, number: int, make: Callable[[int], Row]) -> None:
        self._number, self._make = number, make

    def __len__(self) -> int:
        return self._number

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...

    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, slice):
            return [self._make(number) for number in range(*place.indices(self._number))]
        return self._make(range(self._number)[place])  # an IndexError where there is none

    def __iter__(self) -> Iterator[Row]:
        return map(self._make, range(self._number))
