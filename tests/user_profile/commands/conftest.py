"""A small shop with a model of it, and the commands run on both."""

import pytest
from user_profile.__main__ import main

from tests.user_profile.shop_log import make_rows, write_csv

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
