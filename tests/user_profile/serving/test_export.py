"""The command line of privacy: training reports its guarantee, and exports hold no raw event."""

import csv
import json
import re

import pytest
from user_profile.__main__ import main
from user_profile.model.saved import load_model
from user_profile.privacy.loop import guarantee

from tests.user_profile.shop_log import make_rows, write_csv

SMALL = ["--epochs", "2", "--embed-dim", "8"]
PRIVATE = ["--private", "--noise-multiplier", "0.9", "--sample-rate", "0.25", "--delta", "1e-3"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A log, and a model trained on it privately by the command."""
    folder = tmp_path_factory.mktemp("private shop")
    rows = make_rows(customers=25)
    write_csv(folder / "log.csv", rows)
    items = sorted({row[2] for row in rows})
    lines = [f"{item},{'mugs' if int(item[1:]) % 2 else 'signs'}" for item in items]
    (folder / "categories.csv").write_text("item,category\n" + "\n".join(lines) + "\n")
    assert train(folder) == 0
    return folder


def train(folder, *arguments):
    given = ["--categories", str(folder / "categories.csv"), *SMALL, *PRIVATE]
    return run(folder, "train", *given, *arguments)


def run(folder, command, *arguments):
    where = ["--data", str(folder / "log.csv"), "--model", str(folder / "model.npz")]
    return main([command, *where, *arguments])


@pytest.mark.slow
def test_training_prints_what_it_saves(shop, capsys):
    assert train(shop, "--overwrite") == 0
    said = capsys.readouterr().out
    promised = guarantee(load_model(shop / "model.npz"))
    assert promised in said
    assert "1.0e-03)-differentially private" in promised
    assert "loss" not in said
    assert "NDCG" not in said  # a validation score would be one more look at the data


@pytest.mark.slow
def test_a_private_model_is_used_like_any_other(shop, capsys):
    assert run(shop, "evaluate") == 0
    assert "The profile model" in capsys.readouterr().out


def test_a_profile_has_levels_and_chances_and_no_event(shop, capsys):
    for name in ("all.json", "all.csv"):
        assert run(shop, "export-profiles", "--out", str(shop / name)) == 0
    assert "25 profiles" in capsys.readouterr().out
    profiles = json.loads((shop / "all.json").read_text())
    with open(shop / "all.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["customer"] for row in rows] == [profile["customer"] for profile in profiles]
    assert len(profiles) == 25
    levels = [key for key in profiles[0] if key.endswith(": level")]
    assert levels
    for profile in profiles:
        chances = {k: v for k, v in profile.items() if k not in ("customer", "as_of", *levels)}
        assert all(isinstance(v, float) and 0 <= v <= 1 for v in chances.values())
        assert {profile[level] for level in levels} <= {"low", "medium", "high"}
        spend = [v for k, v in profile.items() if k.startswith("spend: ")]
        assert sum(spend) == pytest.approx(1, abs=1e-3)


def test_no_field_of_the_log_but_the_customer_is_in_an_export(shop):
    assert run(shop, "export-profiles", "--out", str(shop / "whole.json")) == 0
    text = (shop / "whole.json").read_text()
    words = set(re.findall(r"[\w-]+", text))
    with open(shop / "log.csv", newline="", encoding="utf-8") as file:
        log = list(csv.DictReader(file))
    as_of = {profile["as_of"] for profile in json.loads(text)}
    assert len(as_of) == 1
    for event in log:
        assert event["InvoiceNo"] not in words
        assert event["StockCode"] not in words
        assert event["Description"] not in text
        assert event["InvoiceDate"].split()[0] not in words - as_of


def test_an_export_overwrites_nothing_and_names_its_faults(shop, capsys):
    (shop / "there.csv").write_text("mine")
    assert run(shop, "export-profiles", "--out", str(shop / "there.csv")) == 2
    assert "exists already" in capsys.readouterr().err
    assert (shop / "there.csv").read_text() == "mine"
    assert run(shop, "export-profiles", "--out", str(shop / "there.txt")) == 2
    assert ".csv or .json" in capsys.readouterr().err
    assert train(shop, "--overwrite", "--clip", "0") == 2
    assert "clip must be positive" in capsys.readouterr().err
