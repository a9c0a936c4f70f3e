"""What commands answer of a saved model, from end to end on a small log."""

import csv
import json
import re

import pytest
from user_profile.__main__ import main

from tests.user_profile.commands.conftest import TRAIN
from tests.user_profile.shop_log import make_rows


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


def test_drift_shows_each_session(run, shop):
    files = ["--plot", str(shop / "drift-of-one.png"), "--out", str(shop / "drift-of-one.csv")]
    said = run("drift", "c4", *files).out
    assert "mugs 5" in said
    assert "moved: how much of it a session changed" in said
    sessions = {row[1] for row in make_rows(customers=25, days=400) if row[0] == "c4"}
    assert len(table_of(shop / "drift-of-one.csv")) == len(sessions)
    assert (shop / "drift-of-one.png").read_bytes()[:4] == b"\x89PNG"
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
    assert "known, 1 of them written otherwise; not known: nothing\n" in said
    assert {row["item"] for row in table_of(out)} == {"i3", "i7"}
    both = table_of(out)
    kept = ["--new-at-least", "2", "--overwrite"]
    run("recommend", "--items", str(shop / "stock.txt"), *kept, "--out", out)
    assert len(table_of(out)) == len(both)  # nothing gives way to what is not in stock
    (shop / "stock.txt").write_text("nonsense\n")
    said = run("recommend", "--items", str(shop / "stock.txt"), status=2).err
    assert "knows none of the items of" in said


def test_items_of_one_text_are_told_apart_by_their_ids(tmp_path, capsys):
    log = tmp_path / "log.csv"
    lines = [
        f"u{user},{item},2024-{month:02}-{1 + user},{'news' if item % 2 else 'sport'}"
        for user in range(20) for month in range(1, 10) for item in ((user + month) % 30, user)
    ]  # fmt: skip
    log.write_text("\n".join(["user,item,time,text", *lines]))
    where = ["--data", str(log), "--model", str(tmp_path / "m.npz")]
    assert main(["train", *where, *TRAIN]) == 0
    assert re.search(r"15 items  (news|sport)\n", capsys.readouterr().out)
    assert main(["show", "u3", *where]) == 0
    assert re.search(r"\d+ (news|sport)  ", capsys.readouterr().out)


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
