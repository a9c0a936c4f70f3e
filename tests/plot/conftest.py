"""Every test draws under Agg, leaves the settings as they were, and closes its figures."""

import matplotlib
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

matplotlib.use("agg")


@pytest.fixture(autouse=True)
def settings_stay():
    import matplotlib.pyplot as plt

    before = dict(matplotlib.rcParams)
    yield
    plt.close("all")
    assert dict(matplotlib.rcParams) == before


@pytest.fixture
def figure():
    """5 × 4 inches at 100 dots, on no pyplot list."""
    fig = Figure(figsize=(5, 4), dpi=100)
    FigureCanvasAgg(fig)
    return fig
