"""The marks of a class: a CSV file, its seed and a folder of reports beside it, always whole."""

import csv
import io
from pathlib import Path
from typing import NamedTuple

from grader.files import write_whole

FORMULA = ("=", "+", "-", "@", "\t")  # what a spreadsheet would compute


class Row(NamedTuple):
    """A student's marks; ``print`` tells whether the answers have changed since."""

    student: str
    points: int
    out_of: int
    passed: int
    by_exercise: dict[str, int]
    note: str
    print: str


class Marks:
    """What was graded so far with one seed; written anew after each student."""

    def __init__(self, path: Path, seed: int, exercises: list[str]) -> None:
        self.path, self.seed, self.exercises = path, seed, exercises
        self.reports = path.with_suffix("")
        self.rows: dict[str, Row] = {}

    @property
    def seed_path(self) -> Path:
        """Where the seed is kept."""
        return self.path.with_suffix(".seed")

    @classmethod
    def opened(cls, path: Path, seed: int, chosen: bool, exercises: list[str]) -> "Marks":
        """Go on with what lies there, with its seed. Raises ValueError if that cannot be done."""
        if path.suffix != ".csv":
            raise ValueError(f"--csv {path}: a name that ends in .csv is expected")
        marks = cls(path, seed, exercises)
        if marks.reports.exists() and not marks.reports.is_dir():
            raise ValueError(f"{marks.reports}: the reports go there, and that is no folder")
        if path.exists():
            marks._read(chosen)
        marks.reports.mkdir(exist_ok=True)
        write_whole(marks.seed_path, f"{marks.seed}\n".encode())
        marks._write()
        return marks

    def print_of(self, student: str) -> str:
        """Of the answers that a student's row was graded from, "" without one."""
        row = self.rows.get(student)
        return row.print if row is not None else ""

    def keep_only(self, students: set[str]) -> None:
        """Drop the rows of those who have no folder any more."""
        self.rows = {name: row for name, row in self.rows.items() if name in students}
        self._write()

    def put(self, row: Row, report: str) -> None:
        """Note a student's marks and report."""
        write_whole(self.reports / f"{row.student}.md", report.encode("utf-8", "replace"))
        self.rows[row.student] = row
        self._write()

    def _header(self) -> list[str]:
        return ["student", "points", "out_of", "passed", *self.exercises, "note", "graded"]

    def _write(self) -> None:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self._header())
        for name in sorted(self.rows):
            row = self.rows[name]
            points = [row.by_exercise.get(number, "") for number in self.exercises]
            cells = [_plain(name), row.points, row.out_of, row.passed, *points]
            writer.writerow([*cells, _plain(row.note), row.print])
        write_whole(self.path, text.getvalue().encode("utf-8", "replace"))

    def _read(self, chosen: bool) -> None:
        try:
            kept = int(self.seed_path.read_text("ascii"))
            rows = list(csv.reader(self.path.read_text("utf-8").splitlines()))
            if not rows or rows[0] != self._header():
                raise ValueError("other columns")
            self.rows = {row.student: row for row in map(self._row, rows[1:])}
        except (OSError, ValueError, LookupError):
            raise ValueError(
                f"{self.path} and {self.seed_path.name} are not marks that can be gone on with: "
                "give another --csv, or move them away"
            ) from None
        if chosen and kept != self.seed:
            raise ValueError(
                f"{self.path} was graded with another seed: leave out --seed, or give another --csv"
            )
        self.seed = kept

    def _row(self, cells: list[str]) -> Row:
        student, points, out_of, passed, *by_exercise, note, print_ = cells
        given = dict(zip(self.exercises, by_exercise, strict=True))
        numbers = {number: int(text) for number, text in given.items() if text}
        student = student.removeprefix("'")
        return Row(student, int(points), int(out_of), int(passed), numbers, note, print_)


def _plain(text: str) -> str:
    text = " ".join(text.split())
    return f"'{text}" if text.startswith((*FORMULA, "'")) else text
