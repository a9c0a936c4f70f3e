"""save_html: what stands in the file, and, in a real browser, what mouse and keyboard change."""

import base64
import json
import re

import numpy as np
import pytest

from attention.plot import plot_attention, plot_difference, plot_heads, save_html
from tests.plot.browser import ABSENT, WHY, browser
from tests.plot.helpers import previous_token_head, random_weights

TOKENS = ["the", " cat", "<b>", "猫", "</script>", "$x", "\n", "end"]


def data_of(page):
    return json.loads(re.search(r'id="data">(.*?)</script>', page.text, re.S)[1])


def test_the_file_is_one_and_small_and_keeps_its_tokens(tmp_path):
    layers = [random_weights(12, 64, 64, causal=True, seed=i) for i in range(12)]
    page = save_html(layers, tmp_path / "heads.html", [f"t{i}" for i in range(64)], title="<12>")
    assert (tmp_path / "heads.html").read_text(encoding="utf-8") == page.text
    assert len(page.text.encode()) < 1_000_000
    assert "<title>&lt;12&gt;</title>" in page.text
    assert not re.search(r"(src|href)=|https?://|@import|url\(", page.text)
    assert "<iframe" in page._repr_html_()
    awkward = data_of(save_html(random_weights(2, 8, 8), tokens=TOKENS))
    assert awkward["keys"] == ["the", "␣cat", "<b>", "猫", "</script>", "$x", "\\n", "end"]


def test_weights_come_back_to_half_a_level_and_masks_to_the_bit():
    weights = random_weights(2, 5, 7)
    mask = np.ones((5, 7), bool)
    mask[1:3, 4] = False
    weights[:, ~mask] = 0
    data = data_of(save_html(weights, mask=mask))
    levels = np.frombuffer(base64.b64decode(data["layers"][0][1]), np.uint8).reshape(5, 7)
    np.testing.assert_allclose(
        levels / 255 * data["highest"], weights[1], atol=data["highest"] / 509
    )
    bits = np.unpackbits(np.frombuffer(base64.b64decode(data["masked"][0][0]), np.uint8))
    np.testing.assert_array_equal(bits[:35].reshape(5, 7), ~mask)


def test_a_figure_gives_its_maps_and_labels(figure):
    weights = random_weights(3, 4, 4)
    plot_heads(weights, list("abcd"), fig=figure)
    data = data_of(save_html(figure))
    assert data["queries"] == data["keys"] == list("abcd")
    assert len(data["layers"][0]) == 3
    figure.clear()
    plot_difference(weights, weights[::-1].copy(), head=(0, 1), ax=figure.add_subplot())
    with pytest.raises(ValueError, match="two signs"):
        save_html(figure)
    figure.clear()
    with pytest.raises(ValueError, match="no maps"):
        save_html(figure)
    with pytest.raises(ValueError, match="fewer"):
        save_html(np.broadcast_to(np.float32(0), (50, 1000, 1000)))
    plot_attention(weights, ax=figure.gca())


@pytest.mark.slow
@pytest.mark.skipif(ABSENT, reason=WHY)
def test_hover_click_and_keys_change_what_is_shown(tmp_path):
    T = 8
    layers = [np.stack([previous_token_head(T), np.eye(T, dtype=np.float32)])] * 2
    save_html(layers, tmp_path / "page.html", TOKENS)
    with browser() as one:
        one.open((tmp_path / "page.html").as_uri())
        said = "document.getElementById('said').textContent"
        assert one.run(said) == "query 1 “␣cat” → key 0 “the”: 100.0 %"
        one.move_to("#map", 26 * 3 + 13, -26 * 4 + 13)
        assert one.run(said) == "query 0 “the” → key 7 “end”: 0.0 %"
        one.move_to("#text button:nth-child(4)", 0, 0, press=True)
        assert one.run(said) == "query 3 “猫” → key 2 “<b>”: 100.0 %"
        one.press("\ue015")  # arrow down
        assert one.run(said).startswith("query 4 “</script>” → key 3")
        one.press("]")
        assert one.run(said) == "query 4 “</script>” → key 4 “</script>”: 100.0 %"
        one.press("}")
        assert one.run("[layer, head]") == [1, 1]
        one.move_to("#heads button:nth-child(1)", 0, 0, press=True)
        assert one.run("[layer, head]") == [0, 0]
        dark = one.run("getComputedStyle(document.body).backgroundColor")
        one.move_to("#shade", 0, 0, press=True)
        assert one.run("getComputedStyle(document.body).backgroundColor") != dark
        assert one.run("performance.getEntriesByType('resource').length") == 0
        assert one.console() == []


@pytest.mark.slow
@pytest.mark.skipif(ABSENT, reason=WHY)
def test_twelve_layers_open_within_a_second(tmp_path):
    layers = [random_weights(12, 64, 64, causal=True, seed=i) for i in range(12)]
    save_html(layers, tmp_path / "page.html")
    with browser() as one:
        one.open((tmp_path / "page.html").as_uri())
        spent = "performance.getEntriesByType('navigation')[0].loadEventEnd"
        print(f"opened in {one.run(spent):.0f} ms")
        assert one.run("document.querySelectorAll('#heads canvas').length") == 144
        assert one.console() == []
