"""Text the default font lacks: an installed font for it, or one helpful warning."""

import warnings

import pytest
from matplotlib import font_manager

from attention.plot import fonts, plot_attention, plot_lines
from tests.plot.helpers import random_weights

TOKENS = ["中文", "猫", "$x", "ascii"]


def covers_chinese():
    chinese = {ord(c) for c in "中文猫"}
    return any(chinese <= fonts.characters(path) for _, path in fonts.installed_fonts())


def test_latin_needs_no_other_font():
    assert fonts.fonts_for(["naïve café — Ω ␣ …"]) == (None, frozenset())


def test_no_font_warns_once_and_shows_code_points(figure, monkeypatch):
    monkeypatch.setattr(fonts, "installed_fonts", list)
    ax = figure.gca()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        plot_attention(random_weights(4, 4), TOKENS, ax=ax)
        figure.canvas.draw()  # and matplotlib has no missing glyph to complain of
    messages = {str(w.message) for w in caught}
    assert len(messages) == 1
    (message,) = messages
    assert "'中文猫'" in message
    assert "apt-get install fonts-noto-cjk" in message
    assert ax.get_yticklabels()[0].get_text() == r"\u4e2d\u6587"


def test_a_font_that_has_the_text_is_chosen(monkeypatch):
    monkeypatch.setattr(fonts, "installed_fonts", lambda: [("Half", "h"), ("Rest", "r")])
    real = fonts.characters
    faces = {"h": frozenset({ord("中")}), "r": frozenset({ord("文")})}
    monkeypatch.setattr(fonts, "characters", lambda path: faces.get(path) or real(path))
    families, missing = fonts.fonts_for(["中文"])
    default = font_manager.FontProperties().get_family()
    assert families == [*default, "Half", "Rest"]
    assert missing == frozenset()


def test_only_labels_that_need_it_get_another_font(figure, monkeypatch):
    monkeypatch.setattr(fonts, "installed_fonts", lambda: [("Fake", "f")])
    real = fonts.characters
    monkeypatch.setattr(
        fonts, "characters", lambda p: frozenset(map(ord, "中文猫")) if p == "f" else real(p)
    )
    ax = figure.gca()
    plot_attention(random_weights(4, 4), TOKENS, ["a", "b", "c", "d"], ax=ax)
    default = font_manager.FontProperties().get_family()
    assert ax.get_yticklabels()[0].get_fontfamily() == [*default, "Fake"]
    assert ax.get_xticklabels()[0].get_fontfamily() == default
    assert ax.yaxis.label.get_fontfamily() == default
    assert ax.title.get_fontfamily() == default


@pytest.mark.skipif(not covers_chinese(), reason="no installed font covers Chinese")
@pytest.mark.parametrize("plot", [plot_attention, plot_lines])
def test_installed_chinese_font_draws_without_a_warning(plot, figure):
    plot(random_weights(4, 4), TOKENS, ax=figure.gca())
    figure.canvas.draw()  # pytest turns matplotlib's missing-glyph warning into an error
    assert figure.axes[0].get_yticklabels()[0].get_text() == "中文"


def test_an_unreadable_font_file_is_passed_over(tmp_path):
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    assert fonts.characters(str(broken)) == frozenset()


def test_a_font_of_boxes_is_no_font_for_anything():
    from attention.plot.fonts import installed_fonts

    assert not any(
        "last" in name.lower() and "resort" in name.lower() for name, _ in installed_fonts()
    )
