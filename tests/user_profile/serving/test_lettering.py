"""Names in pictures: cut by their width, broken at a blank, drawn or spelled, never mathematics."""

import warnings

import numpy as np
import pytest
from matplotlib.figure import Figure
from user_profile.__main__ import main
from user_profile.errors import DataError
from user_profile.serving import lettering
from user_profile.serving.lettering import folded, lettered, name_rows, shortened


def test_a_name_is_cut_by_the_room_it_takes():
    assert shortened(" a  mug ") == "a mug"
    assert shortened("x" * 34) == "x" * 34
    assert shortened("x" * 35) == "x" * 33 + "…"
    assert shortened("杯" * 17) == "杯" * 17
    assert shortened("杯" * 18) == "杯" * 16 + "…"


def test_a_name_is_folded_once():
    assert folded("active, often: mugs") == "active, often: mugs"
    assert folded("active, now and then, middling orders: mugs") == (
        "active, now and then, middling\norders: mugs"
    )
    assert folded("lapsed, once, small orders: wall art, card") == (
        "lapsed, once, small orders:\nwall art, card"
    )
    assert folded("杯" * 40) == "杯" * 16 + "…"


def chart(names):
    ax = Figure(layout="constrained").add_subplot()
    ax.barh(range(len(names)), np.linspace(-1, 1, len(names)))
    name_rows(ax, names)
    ax.set_title("of $a and $b")
    return ax


def test_a_dollar_is_a_dollar_and_numbers_keep_their_ticks():
    ax = chart(["$5 off $", "plain"])
    lettered(ax.figure)
    ax.figure.canvas.draw()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["$5 off $", "plain"]
    assert not ax.get_yticklabels()[0].get_parse_math()
    assert not ax.title.get_parse_math()
    before = [label.get_text() for label in ax.get_xticklabels()]
    ax.set_xlim(-100, 100)
    ax.figure.canvas.draw()
    assert [label.get_text() for label in ax.get_xticklabels()] != before


def test_what_has_a_font_gets_it_and_what_has_none_is_spelled(monkeypatch):
    monkeypatch.setattr(lettering, "fonts_for", lambda texts: (["Own", "Other"], frozenset("杯")))
    ax = chart(["茶杯", "plain"])
    lettered(ax.figure)
    labels = ax.get_yticklabels()
    assert [label.get_text() for label in labels] == ["茶\\u676f", "plain"]
    assert labels[0].get_fontfamily() == ["Own", "Other"]
    assert ax.title.get_text() == "of $a and $b"


@pytest.mark.filterwarnings("default")
def test_a_warning_of_a_command_is_a_sentence(monkeypatch, capsys):
    def asked(options):
        warnings.warn("No font has it.", stacklevel=1)
        raise DataError("Nobody is asked about.")

    monkeypatch.setattr("user_profile.commands.show.read_query", asked)
    assert main(["show", "c1"]) == 2
    assert capsys.readouterr().err == "note: No font has it.\nerror: Nobody is asked about.\n"
