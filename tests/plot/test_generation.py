"""Pictures of a text while it is written: rows, what could have come, the lens."""

import numpy as np
import pytest

from attention.decoding import CausalLM, choices, logit_lens, watch
from attention.plot import plot_choices, plot_generation, plot_lens, plot_next_tokens
from tests.plot.helpers import random_weights

LETTERS = "abcdefghijk"
CUTS = {"temperature": 0.7, "top_k": 6, "top_p": 0.8}


@pytest.fixture(scope="module")
def model():
    model = CausalLM(11, 16, 2, 8, 2, rng=0)
    for p in model.parameters():
        p.data += np.random.default_rng(p.data.size).normal(0, 0.4, p.shape)
    return model


@pytest.fixture(scope="module")
def seen(model):
    return watch(model, [1, 2, 3], 5, rng=0, **CUTS)


def labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def test_rows_are_what_was_written_and_columns_what_was_read(seen, figure):
    ax = figure.add_subplot()
    image = plot_generation(seen, [LETTERS[i] for i in seen.ids], layer=1, head=0, ax=ax)
    figure.canvas.draw()
    text = "".join(LETTERS[i] for i in seen.ids)
    assert "".join(labels(ax.xaxis)) == text[:-1]
    assert "".join(labels(ax.yaxis)) == text[3:]
    assert image.weights.shape == (5, 7)
    np.testing.assert_array_equal(np.isnan(image.weights), ~seen.mask)
    assert [line.get_xdata()[0] for line in ax.lines] == [2.5]
    assert {note.get_text() for note in ax.texts} == {"prompt", "written"}
    faint = [label.get_alpha() for label in ax.get_xticklabels()]
    assert faint[:3] == [0.6] * 3
    assert faint[3:] == [None] * 4


def test_steps_of_any_decoder_do_as_well(figure):
    whole = random_weights(1, 2, 5, 5, causal=True)
    steps = [[whole[:, :, :3, :3]], [whole[:, :, 3:4, :4]], [whole[:, :, 4:, :]]]
    image = plot_generation(steps, prompt=3, head=1, ax=figure.add_subplot())
    np.testing.assert_array_equal(np.nan_to_num(image.weights), whole[0, 1, 2:])
    for given, prompt, said in ((steps, None, "prompt is missing"), (steps, 6, "1 to 5 can")):
        with pytest.raises(ValueError, match=said):
            plot_generation(given, prompt=prompt, ax=figure.gca())
    with pytest.raises(ValueError, match="one more than keys"):
        plot_generation(steps, list("abcde"), prompt=3, ax=figure.gca())


def test_what_is_cut_is_hatched_and_what_was_drawn_is_marked(seen, figure):
    ax = figure.add_subplot()
    row, token = seen.logits[0], seen.ids[3]
    bars = plot_next_tokens(row, LETTERS, chosen=token, show=9, ax=ax, **CUTS)
    p = choices(row, 0.7)[1]
    kept = choices(row, **CUTS)[1]
    np.testing.assert_allclose([bar.get_width() for bar in bars], p[:9])
    assert [bool(bar.get_hatch()) for bar in bars] == [i >= len(kept) for i in range(9)]
    np.testing.assert_allclose(ax.lines[0].get_xdata(), kept)
    (marked,) = [one for one in labels(ax.yaxis) if one.startswith("▸")]
    assert marked == f"▸ {LETTERS[token]}"
    assert [note.get_text() for note in ax.texts] == ["top-k cuts below", "top-p cuts below"]
    assert f"the other 2 have {p[9:].sum():.1%}" in ax.get_title()


def test_steps_stand_beside_each_other(seen, figure):
    ax = figure.add_subplot()
    image = plot_choices(seen, LETTERS.__getitem__, show=6, ax=ax, **CUTS)
    for g, row in enumerate(seen.logits):
        order, p = choices(row, 0.7)
        np.testing.assert_allclose(image.weights[:, g], p[:6])
        assert ax.texts[g].get_text() == LETTERS[order[0]]
        rank = list(order).index(seen.ids[3 + g])
        assert ax.patches[g].get_xy() == pytest.approx((g - 0.47, rank - 0.46))
    assert labels(ax.xaxis) == [LETTERS[i] for i in seen.ids[3:]]
    with pytest.raises(ValueError, match="2 ids"):
        plot_choices(seen.logits, chosen=[1, 2], ax=ax)
    with pytest.raises(ValueError, match="expected"):
        plot_choices(seen.logits[0], ax=ax)


def test_the_lens_says_what_each_block_would(model, seen, figure):
    ax = figure.add_subplot()
    ids = np.array([seen.ids])
    logits = logit_lens(model, ids)
    text = [LETTERS[i] for i in seen.ids]
    image = plot_lens(logits, LETTERS, text, ax=ax)
    assert image.weights.shape == (3, 8)
    assert labels(ax.yaxis) == ["block 1", "block 0", "embedding"]
    last = model.forward(ids)[0][0].argmax(-1)
    cells = [(note.get_text(), note.get_fontweight()) for note in ax.texts[:8]]
    assert [word for word, _ in cells] == [LETTERS[i] for i in last]
    came = [word == after for (word, _), after in zip(cells, text[1:])]
    assert [weight == "bold" for _, weight in cells[:-1]] == came
    p = np.exp(logits[-1, 0]) / np.exp(logits[-1, 0]).sum(-1, keepdims=True)
    np.testing.assert_allclose(image.weights[0], p.max(-1), rtol=1e-4)
    for wrong in (logits[0, 0], logits[:, :0]):
        with pytest.raises(ValueError, match="logit_lens"):
            plot_lens(wrong, ax=ax)
