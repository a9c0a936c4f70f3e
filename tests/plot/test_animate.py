"""animate_attention: one scale for all frames, and a GIF that really moves."""

import numpy as np
import pytest
from PIL import Image

from attention import causal_mask
from attention.plot import animate_attention
from tests.plot.helpers import random_weights


def test_gif_has_a_frame_for_each_snapshot(figure, tmp_path):
    snapshots = [random_weights(2, 6, 6, seed=i) ** (i + 1) for i in range(3)]
    animation = animate_attention(
        snapshots, list("abcdef"), head=1, steps=[0, 100, 1000], ax=figure.gca()
    )
    path = tmp_path / "attention.gif"
    animation.save(path, writer="pillow")
    (image,) = figure.axes[0].images
    np.testing.assert_array_equal(image.weights, snapshots[2][1])
    assert image.norm.vmax == max(s[1].max() for s in snapshots)
    assert figure.axes[0].get_title() == "step 1,000"
    with Image.open(path) as gif:
        assert gif.n_frames == 3


def test_masked_cells_stay_hatched_in_every_frame(figure, tmp_path):
    snapshots = [random_weights(4, 4, causal=True, seed=i) for i in range(2)]
    animation = animate_attention(snapshots, mask=causal_mask(4), ax=figure.gca())
    animation.save(tmp_path / "a.gif", writer="pillow")
    (image,) = figure.axes[0].images
    np.testing.assert_array_equal(np.isnan(image.weights), ~causal_mask(4))


def test_a_new_figure_is_laid_out_once(tmp_path):
    animation = animate_attention([random_weights(4, 4)] * 2)
    animation.save(tmp_path / "a.gif", writer="pillow")
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.size[0] > 300


@pytest.mark.parametrize(
    ("snapshots", "steps", "message"),
    [
        ([], None, "empty"),
        ([np.eye(2)], [1, 2], "2 steps for 1 snapshots"),
        ([np.eye(2), np.eye(3)], None, "differ in size"),
    ],
)
def test_wrong_snapshots_are_refused(snapshots, steps, message, figure):
    with pytest.raises(ValueError, match=message):
        animate_attention(snapshots, steps=steps, ax=figure.gca())
