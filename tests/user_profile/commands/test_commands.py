"""The commands from end to end on a small log, and one sentence for every mistake."""

import csv
import dataclasses
import json

import numpy as np
import pytest
from user_profile.__main__ import main
from user_profile.errors import DataError
from user_profile.log.prepare import prepare
from user_profile.model.settings import Settings
from user_profile.sequences.settings import Settings as SequenceSettings

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


@pytest.mark.slow
def test_evaluate_names_the_winner(run):
    said = run("evaluate").out
    assert "personal frequency" in said
    assert "The profile model" in said
    assert "Return within 90 days" in said


@pytest.mark.slow
def test_show_says_why(run, shop):
    said = run("show", "c4", "--out", str(shop / "c4.json"), "--plot", str(shop / "c4.png")).out
    assert "Customer c4" in said
    assert "times, last" in said
    record = json.loads((shop / "c4.json").read_text())
    assert record["customer"] == "c4"
    assert {interest["category"] for interest in record["interests"]} == {"mugs", "signs"}
    assert (shop / "c4.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "option"),
    [(("show", "c4"), "--sessions"), (("drift", "c4"), "--bands"), (("shop-card",), "--plot")],
)
def test_pictures_are_written(run, shop, command, option):
    path = shop / f"{command[0]}.png"
    assert f"saved to {path}" in run(*command, option, str(path)).out
    assert path.read_bytes()[:4] == b"\x89PNG"


def test_a_customer_with_one_session_gets_a_marked_answer(run):
    assert "Only one session is known" in run("show", "c0").out


def test_lists_keep_what_they_encoded_unless_told_not_to(run, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    plain = run("retention", "--no-cache").out
    assert not [*tmp_path.rglob("*.npz")]
    assert run("retention", "c4").out.splitlines()[-2].startswith("c4")
    assert not [*tmp_path.rglob("states-*.npz")]  # one customer needs no others
    assert run("retention").out == plain
    assert len([*tmp_path.rglob("states-*.npz")]) == 1
    assert run("retention").out == plain


def test_recommend_all_to_a_file(run, shop):
    run("recommend", "--top", "3", "--out", str(shop / "all.csv"))
    with open(shop / "all.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 25 * 3
    assert [row["rank"] for row in rows[:3]] == ["1", "2", "3"]


def test_target_expects_more_of_its_audience(run, shop):
    said = run("target", "MUG", "--size", "5", "--out", str(shop / "mugs.json")).out
    assert "5 customers for 'mugs'" in said
    chances = [row["buys"] for row in json.loads((shop / "mugs.json").read_text())]
    assert chances == sorted(chances, reverse=True)


@pytest.mark.parametrize("command", ["risk", "retention"])
def test_outlook_for_one_and_for_all(run, command):
    assert "c7" in run(command, "c7").out
    assert "more rows" in run(command).out


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
    assert "Read: 6 of i3, 1 of i99" in said
    assert "does not know i99" in said
    names = ["user=CustomerID,item=StockCode", "time=InvoiceDate"]
    where = ["--data", str(shop / "log.csv"), "--model", str(shop / "model.npz")]
    columns = ["--columns", names[0], "--columns", names[1], "--format", "columns"]
    assert main(["show", "C4", *where, *columns]) == 0
    assert "Customer c4" in capsys.readouterr().out
    assert main(["show", "c4", *where, *columns, "--columns", "item=Description"]) == 2
    assert "gives a name twice" in capsys.readouterr().err


@pytest.mark.slow
def test_update_moves_a_profile(run):
    said = run("update", "c4", "--items", "i3:6,i99,i3", "--cost").out
    assert "does not know i99" in said
    assert "without training" in said
    assert "1,000" in said


def test_update_takes_a_new_customer(run):
    said = run("update", "stranger", "--items", "i3").out
    assert "stranger is new" in said
    assert "Only one session is known" in said


@pytest.mark.parametrize("items", ["", "i3,,", "i3:many", "i3:-1"])
def test_update_refuses_items_that_are_none(run, items):
    assert "--items must be ids" in run("update", "c4", "--items", items, status=2).err


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


def test_drift_shows_each_session(run, shop):
    files = ["--plot", str(shop / "drift.png"), "--out", str(shop / "drift.csv")]
    said = run("drift", "c4", *files).out
    assert "mugs 5" in said
    assert "moved: how much of it a session changed" in said
    sessions = {row[1] for row in make_rows(customers=25, days=400) if row[0] == "c4"}
    assert len(table_of(shop / "drift.csv")) == len(sessions)
    assert (shop / "drift.png").read_bytes()[:4] == b"\x89PNG"
    first = {}
    for row in make_rows(customers=25, days=400):
        first.setdefault(row[0], row[4])
    late = max(first, key=first.__getitem__)
    early = run("drift", late, "--date", "2011-03-20", status=2).err
    assert "give a later --date" in early


@pytest.mark.slow
def test_everything_is_judged(run):
    said = run("evaluate", "--everything").out
    for table in ("the items bought before", "the items new", "By one clock", "Return within"):
        assert table in said
    assert all(word in said for word in ("won", "tie"))
    assert "leave --validation out" in run("evaluate", "--everything", "--validation", status=2).err


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


def table_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_show_tells_orders_and_money(run, shop):
    out = [str(shop / "facts.json"), str(shop / "facts.csv")]
    said = run("show", "c4", "--out", out[0]).out
    run("show", "c4", "--out", out[1])
    record, row = json.loads((shop / "facts.json").read_text()), table_of(out[1])[0]
    assert set(record["levels"]) == {"medium_from", "high_from", "chosen_for"}
    assert f"{record['orders']} order" in said
    assert "revenue" in said
    assert [row[f"next {place}"] for place in (1, 2)] == [
        one["item"] for one in record["next_purchases"][:2]
    ]
    assert float(row["next 1: share"]) == record["next_purchases"][0]["chance"]
    for name in ("orders", "cancellations", "revenue", "first_order", "rfm", "rfm_class"):
        assert str(record[name]) == row[name]
    assert record["orders"] * record["mean_order"] == pytest.approx(record["revenue"], rel=1e-3)


def test_recommend_new_repeated_or_in_stock(run, shop):
    bought = {(r[0], r[2]) for r in make_rows(customers=25, days=400) if r[3] == "purchase"}
    for option, repeated in (("--new-only", False), ("--repeat-only", True)):
        out = str(shop / f"some{option}.csv")
        run("recommend", "--top", "5", option, "--out", out)
        rows = table_of(out)
        assert len(rows) > 50
        assert {(row["customer"], row["item"]) in bought for row in rows} == {repeated}
    out = str(shop / "kept.csv")
    run("recommend", "--top", "5", "--new-at-least", "3", "--out", out)
    kept = [(row["customer"], row["item"]) not in bought for row in table_of(out)]
    assert all(sum(kept[place : place + 5]) >= 3 for place in range(0, len(kept), 5))
    assert "between 0 and --top" in run("recommend", "--new-at-least", "11", status=2).err
    (shop / "stock.txt").write_text("item\nI3\ni7\nnothing\n")
    out = str(shop / "stock.csv")
    said = run("recommend", "--items", str(shop / "stock.txt"), "--out", out).out
    assert "2 of the 3 items" in said
    assert "known, 1 of them written otherwise\nnot known: nothing\n" in said
    assert {row["item"] for row in table_of(out)} == {"i3", "i7"}
    both = table_of(out)
    kept = ["--new-at-least", "2", "--overwrite"]
    run("recommend", "--items", str(shop / "stock.txt"), *kept, "--out", out)
    assert len(table_of(out)) == len(both)  # nothing gives way to what is not in stock


def test_target_expects_by_return_too_and_draws_the_lift(run, shop):
    out = str(shop / "lift.csv")
    said = run("target", "mugs", "--size", "5", "--lift", out).out
    assert "come within 90 days and buy of it" in said
    assert "in a session, of those who come" in said
    assert "high is said from a chance of" in said
    assert "said_then, true_then: asked on" in said
    assert {"said_then", "true_then"} < set(table_of(out)[0])
    lift = [float(row["lift"]) for row in table_of(out)]
    assert lift == sorted(lift, reverse=True)
    assert lift[-1] == 1


def test_segments(run, shop):
    out, members = str(shop / "segments.json"), str(shop / "members.csv")
    said = run("segments", "--number", "3", "--out", out, "--members", members).out
    assert "agreement (adjusted Rand) with other seeds" in said
    rows = json.loads((shop / "segments.json").read_text())
    sizes = [row["customers"] for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    assert {"orders_mean", "order_value_mean", "days_since_median"} <= set(rows[0])
    assert {row["segment"] for row in table_of(members)} == {row["segment"] for row in rows}
