"""The map: zero is the page, lightness runs straight, on any background and in grey."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from attention.plot import plot_attention
from attention.plot.colour import page_colour, paper_and_ink, to_oklab, to_srgb
from tests.plot.helpers import random_weights

PAGES = [(1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (0.98, 0.96, 0.9), (0.1, 0.11, 0.15)]


@pytest.mark.parametrize("page", PAGES)
def test_zero_is_the_page_and_steps_are_even(page):
    colours = paper_and_ink(page)(np.linspace(0, 1, 256))[:, :3]
    np.testing.assert_array_equal(colours[0], page)
    steps = np.diff(to_oklab(colours)[:, 0])
    assert (np.sign(steps) == np.sign(steps[0])).all()
    np.testing.assert_allclose(steps, steps.mean(), rtol=0.25)


@pytest.mark.parametrize("page", PAGES)
def test_grey_print_keeps_the_order(page):
    grey = paper_and_ink(page)(np.linspace(0, 1, 64))[:, :3] @ (0.299, 0.587, 0.114)
    assert (np.diff(grey) < 0).all() or (np.diff(grey) > 0).all()
    assert abs(grey[-1] - grey[0]) > 0.7


@pytest.mark.parametrize("page", PAGES)
def test_a_faint_weight_can_be_told_from_none(page):
    colours = paper_and_ink(page)([0, 0.1])[:, :3]
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    none, faint = linear @ (0.2126, 0.7152, 0.0722) + 0.05  # contrast as WCAG 2 defines it
    assert max(none, faint) / min(none, faint) > 1.2


def test_a_grey_style_gets_grey_ink():
    with plt.style.context("grayscale"):
        colours = plot_attention(random_weights(4, 4)).get_cmap()(np.linspace(0, 1, 9))[:, :3]
    np.testing.assert_allclose(colours, colours[:, :1].repeat(3, axis=1), atol=1e-6)
    assert np.ptp(colours) > 0.8


def test_oklab_and_back():
    colours = np.random.default_rng(0).uniform(size=(50, 3))
    np.testing.assert_allclose(to_srgb(to_oklab(colours)), colours, atol=1e-6)
    np.testing.assert_allclose(to_oklab((1, 1, 1)), [1, 0, 0], atol=1e-6)


def test_dark_style_gets_light_ink():
    with plt.style.context("dark_background"):
        image = plot_attention(random_weights(4, 4))
    assert image.get_cmap()(0.0)[:3] == (0, 0, 0)
    assert min(image.get_cmap()(1.0)[:3]) > 0.7


def test_a_transparent_page_is_judged_by_its_text(figure):
    figure.set_facecolor("none")
    ax = figure.add_subplot(facecolor="none")
    assert page_colour(ax) == (1, 1, 1)
    with plt.rc_context({"text.color": "white"}):
        assert page_colour(ax) == (0, 0, 0)
