"""A small shop with a model of it, rows of items with another, and the commands run on both."""

import numpy as np
import pytest
from user_profile.__main__ import main

from tests.user_profile.shop_log import make_rows, write_csv

QUICK = ["--epochs", "3", "--embed-dim", "8", "--hidden-dim", "16", "--max-length", "8",
         "--tokens", "128"]  # fmt: skip
TRAIN = ["--epochs", "1", "--embed-dim", "8"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A log of its own, the categories of its items, and a model trained on both."""
    folder = tmp_path_factory.mktemp("shop")
    rows = make_rows(customers=25, days=400)
    log = write_csv(folder / "log.csv", rows)
    categories = folder / "categories.csv"
    items = sorted({row[2] for row in rows})
    lines = [f"{item},{'mugs' if int(item[1:]) % 2 else 'signs'}" for item in items]
    categories.write_text("item,category\n" + "\n".join(lines) + "\n")
    model = folder / "model.npz"
    arguments = ["--data", str(log), "--model", str(model), "--categories", str(categories)]
    assert main(["train", *arguments, *TRAIN]) == 0
    return folder


@pytest.fixture
def run(shop, capsys):
    def run(command, *arguments, status=0):
        where = ["--data", str(shop / "log.csv"), "--model", str(shop / "model.npz")]
        assert main([command, *arguments, *where]) == status
        return capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A two-column log of 40 users and a model trained on it by the command."""
    folder = tmp_path_factory.mktemp("sequences")
    rng = np.random.default_rng(0)
    with (folder / "log.txt").open("w") as file:
        for user in range(40):
            start = int(rng.integers(25))
            for step in range(int(rng.integers(3, 12))):
                file.write(f"u{user} i{(start + step) % 25}\n")
    command = ["sequences", "train", str(folder / "log.txt"), "--model", str(folder / "m.npz")]
    assert main([*command, *QUICK]) == 0
    return folder


@pytest.fixture
def ask(folder, capsys):
    """Runs one of the commands with the model of ``folder``; gives status, output and error."""

    def run(action, *arguments):
        status = main(["sequences", action, *arguments, "--model", str(folder / "m.npz")])
        return status, *capsys.readouterr()

    return run
