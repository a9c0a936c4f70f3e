"""The training steps as bars."""

from pathlib import Path

from .report import Section


def draw(steps: Section, path: Path) -> None:
    """One group of bars a setting, its milliseconds over those of the floor."""
    import matplotlib.pyplot as plt

    columns = {name: steps.header.index(name) for name in ("ours", "torch", "floor")}
    times = {name: [_number(row[column]) for row in steps.rows] for name, column in columns.items()}
    shown = {name: values for name, values in times.items() if None not in values}
    fig, ax = plt.subplots(figsize=(8, 3.5), layout="constrained")
    colours = {"ours": "#0072b2", "torch": "#e69f00", "floor": "#999999"}
    for i, (name, values) in enumerate(shown.items()):
        places = [group + (i - (len(shown) - 1) / 2) * 0.27 for group in range(len(values))]
        heights = [value / floor for value, floor in zip(values, times["floor"], strict=True)]
        bars = ax.bar(places, heights, 0.25, label=name, color=colours[name])
        ax.bar_label(bars, [f"{value:g}" for value in values], fontsize=8, padding=2)
    ax.set_xticks(range(len(steps.rows)), [f"{row[0]}\n{row[1]}" for row in steps.rows], fontsize=8)
    ax.set_ylabel("time over the floor's")
    ax.set_title("A training step; milliseconds on the bars", fontsize=10)
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    fig.savefig(path, dpi=120)
    plt.close(fig)


def _number(cell: str) -> float | None:
    return None if cell == "—" else float(cell.replace(",", ""))
