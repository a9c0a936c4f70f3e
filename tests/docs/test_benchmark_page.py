"""A part measured anew takes its own place in the page, and no other's."""

from pathlib import Path

from tests.benchmarks.__main__ import PARTS
from tests.benchmarks.page import PART, write_page
from tests.benchmarks.report import Section

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def section(part: str, figure: str) -> Section:
    command = f"python -m tests.benchmarks {part}"
    return Section(part.title(), command, "Text.", ["a"], [[figure]], measured="Load 1.0.")


def test_parts_are_replaced_in_order_and_others_stay(tmp_path):
    page, order = tmp_path / "page.md", ["one", "two", "three"]
    write_page(page, {"three": section("three", "3")}, order)
    write_page(page, {"one": section("one", "1"), "two": section("two", "2")}, order)
    before = page.read_text()
    write_page(page, {"two": section("two", "22")}, order)
    assert page.read_text() == before.replace("| 2 |", "| 22 |")
    assert PART.findall(before) == order
    assert before.count("Load 1.0.") == 3


def test_the_page_has_the_parts_that_there_are_in_their_order():
    on_page = PART.findall(PAGE.read_text(encoding="utf-8"))
    assert on_page == [part for part in PARTS if part in on_page]
    assert len(on_page) > 9
