"""Training and the logs it takes, and one sentence for every mistake."""

import dataclasses

import numpy as np
import pytest
from user_profile.__main__ import main
from user_profile.errors import DataError
from user_profile.log.prepare import prepare
from user_profile.model.settings import Settings
from user_profile.sequences.settings import Settings as SequenceSettings

from tests.user_profile.shop_log import make_rows, write_csv

from .conftest import TRAIN


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show", "c999"], "no customer 'c999'"),
        (["show", "c1", "--plot", "card.txt"], "must end in .png"),
        (["show", "c1", "--plot", "/nowhere/card.png"], "does not exist"),
        (["show", "c1", "--date", "yesterday"], "must be a day such as"),
        (["show", "c1", "--date", "1990-01-01"], "outside the log"),
        (["recommend", "c1", "--top", "0"], "--top must be 1 or more"),
        (["target", "spoons"], "choose one of: mugs; signs"),
        (["risk", "--out", "risk.doc"], "must end in .csv or .json"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(run, arguments, told):
    said = run(*arguments, status=2)
    assert said.err.startswith("error: ")
    assert told in said.err
    assert said.err.count("\n") == 1
    assert not said.out


def test_missing_and_damaged_files(shop, tmp_path, capsys):
    log, model = str(shop / "log.csv"), shop / "model.npz"
    short = tmp_path / "short.npz"
    short.write_bytes(model.read_bytes()[:1000])
    for arguments, told in (
        (["show", "c1", "--model", str(tmp_path / "none.npz")], "does not exist"),
        (["show", "c1", "--model", str(short)], "cut short"),
        (["show", "c1", "--data", str(tmp_path / "no.csv"), "--model", str(model)], "no.csv"),
        (["train", "--data", log, "--model", str(model)], "exists already"),
        (["train", "--data", log, "--columns", "user", "--model", "x.npz"], "name=column pairs"),
    ):
        assert main(arguments) == 2
        assert told in capsys.readouterr().err


def test_a_failed_training_leaves_the_old_model(shop, tmp_path, capsys):
    model = tmp_path / "model.npz"
    model.write_bytes(b"the old model")
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    assert main(["train", "--data", str(empty), "--model", str(model), "--overwrite"]) == 2
    assert model.read_bytes() == b"the old model"
    assert "empty" in capsys.readouterr().err


def test_an_option_of_a_list_may_be_given_again(shop, run, capsys):
    said = run("update", "c4", "--items", "I3:6", "--items", "i99").out
    assert "6 of i3 at 1.75, 1 of i99 at " in said
    assert "does not know i99" in said
    names = ["user=CustomerID,item=StockCode", "time=InvoiceDate"]
    where = ["--data", str(shop / "log.csv"), "--model", str(shop / "model.npz")]
    columns = ["--columns", names[0], "--columns", names[1], "--format", "columns"]
    assert main(["show", "C4", *where, *columns]) == 0
    assert "Customer c4" in capsys.readouterr().out
    assert main(["show", "c4", *where, *columns, "--columns", "item=Description"]) == 2
    assert "gives a name twice" in capsys.readouterr().err


def test_item_vectors_and_parts_left_out(shop, tmp_path, capsys):
    log, model = str(shop / "log.csv"), str(tmp_path / "model.npz")
    vectors, strange = tmp_path / "images.npz", tmp_path / "strange.npz"
    np.savez(vectors, ids=np.array(["i3", "i9"]), vectors=np.eye(2))
    np.savez(strange, ids=np.array(["x"]), vectors=np.eye(1))
    where = ["--data", log, "--model", model, "--categories", str(shop / "categories.csv")]
    assert main(["train", *where, *TRAIN, "--item-vectors", str(strange)]) == 2
    assert "none of the items" in capsys.readouterr().err
    assert main(["train", *where, *TRAIN, "--without", "weather"]) == 2
    assert "--without takes some of" in capsys.readouterr().err
    images = ["--item-vectors", str(vectors), "--without", "country,price"]
    assert main(["train", *where, *TRAIN, *images]) == 0
    assert main(["show", "c4", "--data", log, "--model", model]) == 0


def test_a_log_too_short_for_the_outlook_still_trains(shop, tmp_path, capsys):
    log = write_csv(tmp_path / "short.csv", make_rows(customers=12, days=20))
    where = ["--data", str(log), "--model", str(tmp_path / "model.npz")]
    categories = ["--categories", str(shop / "categories.csv")]
    assert main(["train", *where, *categories, *TRAIN]) == 0
    assert main(["evaluate", *where]) == 0
    said = capsys.readouterr().out
    assert "Interest levels" in said
    assert "Return within" not in said
    assert "too few to say how good it is" in said


@pytest.mark.slow
def test_a_shop_of_four_items_that_nobody_returns_is_judged(tmp_path, capsys):
    rows = [(*row[:2], f"i{int(row[2][1:]) % 4}", *row[3:]) for row in make_rows(customers=40)]
    log = write_csv(tmp_path / "log.csv", [row for row in rows if row[3] == "purchase"])
    where = ["--data", str(log), "--model", str(tmp_path / "m.npz")]
    assert main(["train", *where, *TRAIN]) == 0
    assert main(["evaluate", *where]) == 0
    said = capsys.readouterr().out
    assert "ndcg@4" in said
    assert "Cancellation within" not in said


def test_charges_are_no_products_unless_asked_for(tmp_path):
    rows = make_rows(customers=5)
    charge = (*rows[0][:2], "POST", *rows[0][3:7], "POSTAGE")
    log = write_csv(tmp_path / "log.csv", [*rows, charge])
    assert "POST" not in prepare(log).sessions.events.items
    assert "POST" in prepare(log, keep_charges=True).sessions.events.items


def test_user_features_join_the_log(tmp_path):
    log = write_csv(tmp_path / "log.csv", make_rows(customers=5))
    table = tmp_path / "features.csv"
    table.write_text("customer,age\nc1,old\nc2,young\n")
    features = prepare(log, user_features=table).sessions.events
    ages = dict(zip(features.users, features.user_features["age"]))
    assert (ages["c1"], ages["c2"], ages["c3"]) == ("old", "young", "")
    table.write_text("customer,age\nc1,old,odd\n")
    with pytest.raises(DataError, match="line 2: 3 columns"):
        prepare(log, user_features=table)


def test_several_files_are_one_log(shop, tmp_path, capsys):
    lines = (shop / "log.csv").read_text().splitlines(keepends=True)
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_text("".join(lines[:200]))
    second.write_text("".join([lines[0], *lines[200:]]))
    where = ["--model", str(shop / "model.npz")]
    assert main(["show", "c4", "--data", str(first), "--data", str(second), *where]) == 0
    both = capsys.readouterr().out
    assert main(["show", "c4", "--data", str(shop / "log.csv"), *where]) == 0
    assert capsys.readouterr().out == both


@pytest.mark.parametrize(
    "command", [["train", "--data", "none.csv"], ["sequences", "train", "none.csv"]]
)
def test_heads_that_do_not_divide_are_refused_before_anything_is_read(command, capsys):
    for heads in ("3", "32"):
        assert main([*command, "--num-heads", heads, "--embed-dim", "32"]) == 2
        said = capsys.readouterr().err
        assert f"num_heads {heads} cannot share out embed_dim 32" in said
        assert "make num_heads one of 1, 2, 4, 8, 16, or embed_dim" in said


def test_a_folder_is_no_model(shop, tmp_path, capsys):
    assert main(["train", "--data", str(shop / "log.csv"), "--model", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "it is a folder" in said
    assert "name a file, in it or elsewhere" in said


@pytest.mark.parametrize("kind", [Settings, SequenceSettings])
def test_every_setting_says_what_it_means(kind):
    fields = [field for field in dataclasses.fields(kind) if field.name != "repeat"]  # a flag
    assert all(field.metadata.get("help") for field in fields)
