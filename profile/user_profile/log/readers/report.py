"""What reading a file met: every bad row is counted, the first few are kept to be shown."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from ...errors import DataError
from ..sources import Source

EXAMPLES = 5
SHOWN_CHARACTERS = 40


class BadRow(NamedTuple):
    line: int  # from 1, over all parts of a log
    value: str
    reason: str
    place: str  # file and line, as an editor counts

    def __str__(self) -> str:
        value = ascii(self.value[:SHOWN_CHARACTERS])
        if len(self.value) > SHOWN_CHARACTERS:
            value = f"{value}… ({len(self.value):,} characters)"
        return f"{self.place}: {value} {self.reason}"


def rows_of(count: int) -> str:
    """ "1 row", "2,000 rows"."""
    return f"{count:,} row{'' if count == 1 else 's'}"


@dataclass
class ReadReport:
    """Counts of one reading. ``str(report)`` is what a command prints."""

    path: Source
    rows: int = 0  # data rows met, good and bad
    bad: int = 0
    missing: Counter[str] = field(default_factory=Counter)  # rows without a user, a price …
    notes: list[str] = field(default_factory=list)  # what had to be decided to read the file
    date_format: str | None = None  # as the user named it
    format: str = ""  # of `FORMATS`
    backwards: int = 0  # good rows earlier than their user's row before; sorted, not dropped
    examples: list[BadRow] = field(default_factory=list)

    def add(self, line: int, value: str, reason: str, rows: int = 0) -> None:
        """A bad row that is counted among ``rows`` already, or so many that are not yet."""
        self.rows += rows
        self.bad += max(1, rows)
        if len(self.examples) < EXAMPLES:
            self.examples.append(BadRow(line, value, reason, self.path.place(line)))

    def check(self, max_bad: float) -> None:
        """Raise DataError if nothing could be read, or more than the share ``max_bad`` is bad."""
        if self.rows == 0:
            raise DataError(f"{self.path} holds no data rows; give a file with at least one event.")
        if self.bad == self.rows or self.bad > max_bad * self.rows:
            raise DataError(
                f"{self.bad:,} of {rows_of(self.rows)} of {self.path} cannot be read "
                f"(more than {max_bad:.0%}), the first at {self.examples[0]}; "
                "check the format, the column mapping, --date-format and --encoding."
            )

    def __str__(self) -> str:
        name = self.path.name if len(self.path.parts) < 2 else self.path
        lines = [f"{name}: {rows_of(self.rows)} read, {self.bad:,} of them unreadable"]
        lines += [f"  {row}" for row in self.examples]
        if self.bad > len(self.examples):
            lines.append(f"  … and {self.bad - len(self.examples):,} more")
        lines += [f"  {note}" for note in self.notes]
        for name, count in self.missing.items():
            if count:
                lines.append(f"  {rows_of(count)} give{'s' if count == 1 else ''} no {name}")
        if self.backwards:
            lines.append(f"  {rows_of(self.backwards)} back in time; all were sorted")
        return "\n".join(lines)
