"""One colour map whose zero is the page itself and whose top is full ink.

Lightness runs straight from the page's to the ink's, so equal steps of weight look equal, also in
grey and to colour-blind eyes; the hue only turns from teal to indigo along the way. The space is
Oklab (Ottosson 2020, https://bottosson.github.io/posts/oklab/), its lightness counted from what a
screen's glare leaves of black: without the glare, black swallows the faintest steps.
"""

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgba

STEPS = 256
HUES = np.radians((190.0, 285.0))  # of the faintest and the strongest weight
WARM_HUES = np.radians((75.0, 35.0))  # likewise, of negative values
CHROMA = 0.11
DARKEST, LIGHTEST = 0.06, 0.95  # lightness of the strongest weight
GLARE = 0.01  # luminance that a screen adds to everything, white = 1
BLACK, WHITE = GLARE ** (1 / 3), (1 + GLARE) ** (1 / 3)  # lightness with the glare

# Oklab's two matrices: (L, a, b) to cone responses, and those, cubed, to linear sRGB.
TO_CONES = np.array(
    [[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728],
     [1, -0.0894841775, -1.2914855480]]
)  # fmt: skip
TO_LINEAR_RGB = np.array(
    [[4.0767416621, -3.3077115913, 0.2309699292], [-1.2684380046, 2.6097574011, -0.3413193965],
     [-0.0041960863, -0.7034186147, 1.7076147010]]
)  # fmt: skip


def page_colour(ax: Axes) -> tuple[float, float, float]:
    """What lies behind the axes; if all is transparent, judged by the colour of the text."""
    for face in (ax.get_facecolor(), ax.figure.figure.get_facecolor()):
        red, green, blue, alpha = to_rgba(face)
        if alpha > 0.5:
            return red, green, blue
    light_text = lightness(to_rgba(matplotlib.rcParams["text.color"])[:3]) > 0.5
    return (0.0, 0.0, 0.0) if light_text else (1.0, 1.0, 1.0)


def is_grey() -> bool:
    """Whether the style's own map is without hue."""
    colours = matplotlib.colormaps[matplotlib.rcParams["image.cmap"]](np.linspace(0, 1, 16))
    return bool((colours[:, :3] == colours[:, :1]).all())


def map_for(ax: Axes) -> ListedColormap:
    """The map for the page of these axes, without hue where the style's own map is grey."""
    return paper_and_ink(page_colour(ax), grey=is_grey())


def paper_between_inks(ax: Axes) -> ListedColormap:
    """For signed values: the page in the middle, `map_for`'s ink above, a warm one below.

    Both sides are equally light at equal distance and end before black, where no hue is left;
    in grey they are the same.
    """
    page = page_colour(ax)
    above, below = (
        np.asarray(paper_and_ink(page, grey=is_grey(), hues=hues).colors)[: int(0.75 * STEPS)]
        for hues in (HUES, WARM_HUES)
    )
    both = np.concatenate([below[:0:-1], above])
    return ListedColormap(both, name="paper_between_inks")


def paper_and_ink(
    page: tuple[float, float, float], *, grey: bool = False, hues: Any = HUES
) -> ListedColormap:
    """The map for a page of this colour, (red, green, blue) in 0 … 1."""
    paper = to_oklab(page)
    top = DARKEST if paper[0] > 0.5 else LIGHTEST
    t = np.linspace(0, 1, STEPS)
    hue = hues[0] + (hues[1] - hues[0]) * (t if top == DARKEST else 1 - t)
    chroma = 0.0 if grey else CHROMA * np.sin(np.pi * t) ** 0.8 + 0.03 * t
    lab = np.stack(
        [
            paper[0] + (top - paper[0]) * t,
            paper[1] * (1 - t) + chroma * np.cos(hue),
            paper[2] * (1 - t) + chroma * np.sin(hue),
        ],
        axis=-1,
    )
    colours = to_srgb(lab)
    colours[0] = page  # exactly, where rounding might make a shadow
    return ListedColormap(colours, name="paper_and_ink")


def ink(ax: Axes, strength: float) -> tuple[float, ...]:
    """One colour for dots and curves, 0 = the page, 1 = the strongest."""
    return tuple(map_for(ax)(strength))


def lightness(rgb: tuple[float, ...]) -> float:
    """Lightness of an sRGB colour as the eye judges it, 0 for black, 1 for white."""
    return float(to_oklab(rgb)[0])


def to_oklab(rgb: tuple[float, ...] | np.ndarray) -> np.ndarray:
    """sRGB (..., 3) in 0 … 1 -> Oklab (..., 3), lightness above the glare, 0 … 1."""
    rgb = np.asarray(rgb, float)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(linear @ np.linalg.inv(TO_LINEAR_RGB).T)
    lab = cones @ np.linalg.inv(TO_CONES).T
    lab[..., 0] = (np.cbrt(lab[..., 0] ** 3 + GLARE) - BLACK) / (WHITE - BLACK)
    return lab


def to_srgb(lab: np.ndarray) -> np.ndarray:
    """Oklab (..., 3), lightness above the glare -> sRGB (..., 3), cut to 0 … 1."""
    light = np.cbrt((BLACK + (WHITE - BLACK) * lab[..., :1]) ** 3 - GLARE)
    lab = np.concatenate([light, lab[..., 1:]], axis=-1)
    linear = np.clip((lab @ TO_CONES.T) ** 3 @ TO_LINEAR_RGB.T, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
