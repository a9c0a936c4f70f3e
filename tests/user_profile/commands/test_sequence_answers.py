"""sequences recommend and export: what a saved model says of users, of items, of typed rows."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from user_profile.__main__ import main
from user_profile.log.readers import read_events
from user_profile.log.sessions import single_event_sessions
from user_profile.sequences import Recommender, load_model
from user_profile.sequences.export import export_tables
from user_profile.sequences.saved import save_model


def test_short_lists_are_told_of(folder, ask):
    asked = [str(folder / "log.txt"), "--user", "u3", "--top", "25"]
    status, out, _ = ask("recommend", *asked)
    assert status == 0
    assert "1 of 1 users get fewer than 25 items" in out
    assert "get fewer" not in ask("recommend", *asked, "--repeat")[1]


def test_recommend_for_a_raw_sequence_leaves_out_what_it_does_not_know(ask):
    status, out, _ = ask("recommend", "--items", "i3,never-seen,i4", "--top", "4")
    assert status == 0
    assert "never-seen" in out.splitlines()[0]
    rows = [line.split() for line in out.splitlines()[2:]]
    assert [row[0] for row in rows] == ["1", "2", "3", "4"]
    assert not {"i3", "i4"} & {row[1] for row in rows}


def test_a_sequence_may_lie_in_a_file_and_be_typed_in_other_letters(ask, tmp_path):
    (tmp_path / "had.txt").write_text("i3\ni4\n")
    _, typed, _ = ask("recommend", "--items", "i3,i4", "--top", "4")
    _, of_file, _ = ask("recommend", "--items", str(tmp_path / "had.txt"), "--top", "4")
    assert of_file == typed
    out = str(tmp_path / "next.csv")
    _, otherwise, _ = ask("recommend", "--items", "I3, I4", "--top", "4", "--out", out)
    told, *rest, written = otherwise.splitlines()
    assert told == "2 of the 2 items of --items are known, 2 of them written otherwise"
    assert rest == typed.splitlines()  # rows stand on the terminal too, as in other lists
    assert written == f"4 rows written to {out}"


@pytest.mark.parametrize("items", ["", "unknown-one"])
def test_somebody_without_a_known_item_is_served(ask, items):
    status, out, _ = ask("recommend", "--items", items, "--top", "3")
    assert status == 0
    assert len(out.splitlines()) >= 4


def test_recommend_for_all_goes_to_a_file(folder, ask):
    path = folder / "all.json"
    status, _, _ = ask("recommend", str(folder / "log.txt"), "--top", "2", "--out", str(path))
    assert status == 0
    rows = json.loads(path.read_text())
    assert len(rows) == 80
    assert set(rows[0]) == {"user", "rank", "item", "probability"}


def test_one_user_and_their_raw_sequence_get_the_same(folder, ask):
    history = [
        line.split()[1]
        for line in (folder / "log.txt").read_text().splitlines()
        if line.startswith("u7 ")
    ]
    _, of_user, _ = ask("recommend", str(folder / "log.txt"), "--user", "u7", "--top", "5")
    _, of_items, _ = ask("recommend", "--items", ",".join(history), "--top", "5")
    shown = [line.split()[-2:] for line in of_user.splitlines()[-5:]]
    assert shown == [line.split()[-2:] for line in of_items.splitlines()[-5:]]


def test_repeat_lets_seen_items_come_again(folder):
    recommender = Recommender(load_model(folder / "m.npz"))
    everything = [f"i{i}" for i in range(25)]
    assert recommender.recommend(everything, 5).items == []
    assert len(recommender.recommend(everything, 5, repeat=True).items) == 5


def test_a_model_remembers_whether_items_come_again(folder, ask, tmp_path, capsys):
    trained = load_model(folder / "m.npz")
    path = tmp_path / "again.npz"
    save_model(path, replace(trained, settings=replace(trained.settings, repeat=True)))
    asked = ["recommend", "--items", "i3,i4", "--top", "25"]

    def items(*more):
        assert main(["sequences", *asked, "--model", str(path), *more]) == 0
        out = capsys.readouterr().out
        return out.splitlines()[0], {line.split()[1] for line in out.splitlines()[2:]}

    told, allowed = items()
    assert "may come again, as in training (--no-repeat leaves them out)" in told
    assert {"i3", "i4"} < allowed
    told, allowed = items("--no-repeat")
    assert "are left out, otherwise than in training (--repeat leaves them in)" in told
    assert not {"i3", "i4"} & allowed
    assert "in training" not in ask(*asked)[1]


def test_probabilities_are_the_models_belief(folder):
    recommender = Recommender(load_model(folder / "m.npz"))
    answer = recommender.recommend(["i1"], 100, repeat=True)
    assert sum(answer.probabilities) == pytest.approx(1)
    assert answer.probabilities == sorted(answer.probabilities, reverse=True)


def test_a_log_of_other_users_and_items_is_scored(folder, tmp_path):
    path = tmp_path / "other.txt"
    path.write_text("new i5\nnew brand-new\nnew i6\n")
    events, _ = read_events(path)
    recommender = Recommender(load_model(folder / "m.npz")).fit(single_event_sessions(events))
    scores = recommender.score(np.array([0]))
    assert recommender.unknown_items == ["brand-new"]
    assert np.isneginf(scores[0, events.items.index("brand-new")])
    known = np.array([recommender._code_of[item] for item in ("i5", "i6")])
    with_known_alone = recommender.states([known], recommender.features)
    np.testing.assert_allclose(recommender.user_states(np.array([0])), with_known_alone, rtol=1e-6)


def test_export_as_npz_holds_ids_and_vectors_of_all_three(folder, ask):
    path = folder / "e.npz"
    assert ask("export", str(folder / "log.txt"), "--out", str(path))[0] == 0
    with np.load(path, allow_pickle=False) as file:
        assert file["users"].shape == (40, 8)
        assert file["items"].shape == (25, 8)
        assert file["user_ids"][7] == "u7"
        assert len(file["sessions"]) == len(file["session_ids"]) == 40  # no clock: one a user
        # of entries near 1, in float32: an entry near 0 is no nearer
        np.testing.assert_allclose(file["sessions"], file["users"], rtol=1e-6, atol=1e-6)


def test_export_as_csv_holds_one(folder, ask):
    path = folder / "e.csv"
    log = str(folder / "log.txt")
    assert ask("export", log, "--out", str(path), "--table", "items")[0] == 0
    with path.open() as file:
        rows = list(csv.DictReader(file))
    model = load_model(folder / "m.npz").model
    assert [row["id"] for row in rows[:2]] == list(load_model(folder / "m.npz").items[:2])
    vector = [float(rows[0][f"e{i}"]) for i in range(8)]
    np.testing.assert_allclose(vector, model.item.table.data[0], rtol=1e-6)


def test_sessions_of_a_clocked_log_are_states_along_the_way(folder, log):
    rows = [("a", "i1", 0, ""), ("a", "i2", 60, ""), ("a", "i3", 90_000, ""), ("b", "i4", 5, "")]
    events = log(rows)
    recommender = Recommender(load_model(folder / "m.npz")).fit(single_event_sessions(events))
    ids, vectors = export_tables(recommender, events)["sessions"]
    assert ids == ["a:1", "a:2", "b:1"]
    codes = [recommender._code_of[item] for item in ("i1", "i2", "i3")]
    features = recommender.features[[0, 0]]
    want = recommender.states([np.array(codes[:2]), np.array(codes)], features)
    np.testing.assert_allclose(vectors[:2], want, rtol=1e-5, atol=1e-6)


def test_sessions_along_a_row_are_what_each_beginning_says_alone(folder):
    recommender = Recommender(load_model(folder / "m.npz"))
    rng = np.random.default_rng(1)
    rows = [rng.integers(25, size=length) for length in (0, 5, 8, 9, 20)]  # the model reads 8
    ends = [np.arange(len(row) + 1) for row in rows]
    features = recommender.trained.features.codes({}, len(rows))
    for row, some, states in zip(rows, ends, recommender.states_along(rows, features, ends)):
        want = recommender.states([row[:end] for end in some], features[[0] * len(some)])
        np.testing.assert_allclose(states, want, rtol=1e-5, atol=1e-6)


def test_one_table_is_exported_without_reading_the_others(folder, ask, monkeypatch):
    monkeypatch.setattr(Recommender, "states", None)
    monkeypatch.setattr(Recommender, "states_along", None)
    out = str(folder / "items alone.csv")
    assert ask("export", str(folder / "log.txt"), "--out", out, "--table", "items")[0] == 0
