"""The figures of the book: nothing drawn is cut off at the edge of the page."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

FIGURES = sorted((Path(__file__).parents[2] / "docs" / "figures").glob("*.png"))


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.stem)
def test_the_edge_of_the_page_is_blank(path: Path) -> None:
    page = np.asarray(Image.open(path).convert("RGB"))
    edges = np.concatenate([page[0], page[-1], page[:, 0], page[:, -1]])
    assert (edges == 255).all()
