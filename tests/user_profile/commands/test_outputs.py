"""No command replaces a file unasked, none replaces what it reads; and what options may not say."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from user_profile.__main__ import main
from user_profile.commands.update import read_items
from user_profile.log.prepare import prepare
from user_profile.model.saved import load_model
from user_profile.serving.live import LiveProfile
from user_profile.serving.profiler import Profiler

from tests.user_profile.shop_log import DAY, make_rows, write_csv

TRAIN = ["--epochs", "1", "--embed-dim", "8"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    rows = make_rows(customers=25, days=400)
    log, categories = write_csv(folder / "log.csv", rows), folder / "categories.csv"
    lines = [f"{item},all" for item in sorted({row[2] for row in rows})]
    categories.write_text("item,category\n" + "\n".join(lines) + "\n")
    where = ["--data", str(log), "--categories", str(categories)]
    assert main(["train", *where, "--model", str(folder / "model.npz"), *TRAIN]) == 0
    return folder


@pytest.fixture
def run(shop, capsys):
    def run(command, *arguments, data=shop / "log.csv", status=0):
        where = ["--data", str(data), "--model", str(shop / "model.npz")]
        assert main([command, *arguments, *where]) == status
        return capsys.readouterr()

    return run


@pytest.mark.parametrize(
    "command", [["risk"], ["retention"], ["recommend"], ["target", ""], ["export-profiles"]]
)
@pytest.mark.parametrize("way", ["itself", "a link", "a hard link", "a dotted path"])
def test_the_log_is_never_replaced(run, shop, tmp_path, command, way):
    log = tmp_path / "log.csv"
    log.write_bytes((shop / "log.csv").read_bytes())
    out = {"itself": log, "a dotted path": tmp_path / "." / ".." / tmp_path.name / "log.csv"}.get(
        way, tmp_path / "other.csv"
    )
    if way == "a link":
        out.symlink_to(log)
    elif way == "a hard link":
        os.link(log, out)
    said = run(*command, "--out", str(out), "--overwrite", data=log, status=2).err
    assert "never replaced" in said
    assert said.count("\n") == 1
    assert log.read_bytes() == (shop / "log.csv").read_bytes()


def test_nothing_is_trained_over_its_own_log(shop, tmp_path, capsys):
    log = tmp_path / "log.csv"
    log.write_bytes((shop / "log.csv").read_bytes())
    for command in (["train", "--data", str(log)], ["sequences", "train", str(log)]):
        assert main([*command, "--model", str(log), "--overwrite"]) == 2
        assert "never replaced" in capsys.readouterr().err
    assert log.read_bytes() == (shop / "log.csv").read_bytes()


@pytest.mark.parametrize("option", [("show", "c4", "--out", "a.json"), ("risk", "--out", "a.csv"),
                                    ("drift", "c4", "--plot", "a.png")])  # fmt: skip
def test_what_was_written_before_is_replaced_when_asked(run, tmp_path, option):
    *command, name = option
    path = tmp_path / name
    path.write_text("old")
    assert "--overwrite" in run(*command, str(path), status=2).err
    assert path.read_text() == "old"
    run(*command, str(path), "--overwrite")
    assert path.read_bytes() != b"old"


def test_the_demo_does_not_replace_a_model(tmp_path, capsys):
    (tmp_path / "profile.npz").write_text("trained for an hour")
    assert main(["demo", "--reduced", "--out", str(tmp_path)]) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert (tmp_path / "profile.npz").read_text() == "trained for an hour"


def test_a_date_knows_only_who_was_a_customer_then(run, tmp_path):
    rows, first = make_rows(customers=25, days=400), {}
    for row in rows:
        first.setdefault(row[0], row[4])
    moment = int(np.median(list(first.values()))) // DAY * DAY
    date = str(np.datetime64(1_300_000_000 + moment, "s").astype("datetime64[D]"))
    for command in (["risk"], ["retention"], ["export-profiles"], ["recommend"], ["target", ""]):
        out = tmp_path / f"{command[0]}.csv"
        run(*command, "--date", date, "--out", str(out))
        with open(out, newline="", encoding="utf-8") as file:
            found = list(csv.DictReader(file))
        begin = int(np.datetime64(date, "s").astype(int)) - 1_300_000_000
        then = {name for name, time in first.items() if time < begin}
        assert {row["customer"] for row in found} == then
        if "orders" in found[0]:
            ends = {(r[0], r[1]): r[4] for r in rows if r[3] == "purchase"}
            for row in found:
                past = sum(who == row["customer"] and t < begin for (who, _), t in ends.items())
                assert int(row["orders"]) == past
    assert len(then) < len(first)
    late = next(name for name in first if name not in then)
    assert "had not come before" in run("risk", late, "--date", date, status=2).err
    said = run("show", late, "--date", date).out
    assert "nothing is learned of somebody who has not come yet" in said
    assert "buys again" not in said


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--noise-multiplier", "3"], "--noise-multiplier takes effect with --private alone"),
        (["--delta", "0.1"], "--delta takes effect with --private alone"),
        (["--private", "--delta", "0.5"], "delta must be below 1 / "),
        (["--embed-dim", "0"], "embed_dim"),
        (["--epochs", "0"], "epochs"),
        (["--crop", "2"], "crop"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(shop, tmp_path, capsys, options, told):
    where = ["--data", str(shop / "log.csv"), "--categories", str(shop / "categories.csv")]
    assert main(["train", *where, "--model", str(tmp_path / "model.npz"), *TRAIN, *options]) == 2
    said = capsys.readouterr().err
    assert told in said.splitlines()[-1]
    assert "Traceback" not in said
    assert not (tmp_path / "model.npz").exists()


def test_of_a_customer_with_too_many_sessions_it_is_said(run, monkeypatch):
    assert "latest" not in run("show", "c4").out
    monkeypatch.setattr("user_profile.commands.asking.MOST_SESSIONS", 2)
    assert run("show", "c4").out.startswith("Of c4 the latest 2 sessions are read")


@pytest.mark.parametrize(("number", "told"), [("1", "2 or more"), ("5000", "too many")])
def test_segments_are_as_many_as_asked_or_refused(run, number, told):
    assert told in run("segments", "--number", number, status=2).err


def test_rows_go_to_standard_output_alone(shop, tmp_path, capfd):
    where = ["--data", str(shop / "log.csv"), "--model", str(shop / "model.npz")]
    assert main(["retention", *where, "--out", str(tmp_path / "all.csv")]) == 0
    capfd.readouterr()
    assert main(["retention", *where, "--out", "-"]) == 0
    printed, said = capfd.readouterr()
    assert printed.splitlines() == (tmp_path / "all.csv").read_text("utf-8").splitlines()
    assert "more rows" in said
    assert main(["show", "c4", *where, "--plot", "-"]) == 2  # a picture is none of text


def test_two_outputs_are_two_files(run, tmp_path):
    one = str(tmp_path / "one.csv")
    said = run("segments", "--out", one, "--members", one, status=2).err
    assert "--out and --members name one file" in said or "--members and --out name" in said
    assert not Path(one).exists()


def test_files_are_written_though_the_reader_of_the_output_left(shop, tmp_path):
    path = tmp_path / "risk.csv"
    where = ["--data", shop / "log.csv", "--model", shop / "model.npz", "--out", path]
    command = [sys.executable, "-m", "user_profile", "risk", *where]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        child.stdout.close()  # before a word is said
        assert child.stderr.read() == b""
    assert child.returncode == 0
    assert path.read_text().count("\n") > 1


@pytest.mark.parametrize("price", [None, 7.5])
def test_an_update_equals_the_appended_log(shop, tmp_path, price):
    """Without a price the item costs what it last sold for."""
    rows = make_rows(customers=25, days=400)
    last = next(row for row in reversed(rows) if row[2] == "i3" and row[3] == "purchase")
    time = rows[-1][4] + 2 * DAY
    paid = last[6] if price is None else price
    more = ("c4", "s-new", "i3", "purchase", time, 6, paid, last[7])
    log = write_csv(tmp_path / "longer.csv", [*rows, more])
    trained, old = load_model(shop / "model.npz"), prepare(shop / "log.csv")
    profiler = Profiler(trained, old.sessions)
    live = LiveProfile(profiler, old.user("c4"))
    begin = 1_300_000_000 + time
    live.add_session(read_items("i3:6" + ("" if price is None else f":{price}")), begin)
    longer = prepare(log)
    whole = Profiler(trained, longer.sessions)
    one, other = live.profile(begin + 1), whole.profile(longer.user("c4"), begin + 1)
    assert one.spend == pytest.approx(other.spend, abs=1e-5)
    assert one.returns == pytest.approx(other.returns, abs=1e-5)
    for mine, read in zip(one.interests, other.interests):
        assert mine.probabilities == pytest.approx(read.probabilities, abs=1e-5)


@pytest.mark.slow
def test_items_that_the_model_has_never_met_are_said_once(run, tmp_path):
    rows = make_rows(customers=25, days=400)
    new = [(*row[:2], "brand new", *row[3:]) for row in rows[-40:] if row[3] == "purchase"]
    log = write_csv(tmp_path / "newer.csv", [*rows, *new])
    said = run("evaluate", data=log).out
    assert said.count("not known to the model") == 1
    assert "brand new" in said
    assert "profile model" in said


def test_a_model_of_another_shop_is_refused(run, tmp_path):
    rows = [(*row[:2], f"film {row[2]}", *row[3:]) for row in make_rows(customers=25, days=400)]
    log = write_csv(tmp_path / "films.csv", rows)
    for command in (["show", "c4"], ["evaluate"], ["risk"]):
        said = run(*command, data=log, status=2)
        assert "another kind of log" in said.err


def test_answers_are_of_the_items_named_not_of_their_order(shop, tmp_path):
    """A log whose items come in another order is scored by their names."""
    rows = make_rows(customers=25, days=400)
    trained, old = load_model(shop / "model.npz"), prepare(shop / "log.csv")
    one = Profiler(trained, old.sessions)
    turned = sorted(rows, key=lambda row: -int(row[0][1:]))
    other = prepare(write_csv(tmp_path / "turned.csv", turned))
    two = Profiler(trained, other.sessions)
    scores = one.score(np.array([old.user("c4")]))[0]
    again = two.score(np.array([other.user("c4")]))[0]
    by_name = dict(zip(other.sessions.events.items, again))
    assert [by_name[item] for item in old.sessions.events.items] == pytest.approx(scores, abs=1e-4)


def test_json_of_many_is_a_list(run, tmp_path):
    run("risk", "--out", str(tmp_path / "risk.json"))
    assert len(json.loads((tmp_path / "risk.json").read_text())) == 25
