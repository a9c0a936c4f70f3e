"""What a person types: train, evaluate, recommend, export, and every mistake on the way."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from user_profile.__main__ import main
from user_profile.commands.waiting import Waiting
from user_profile.log.readers import read_events
from user_profile.log.sessions import single_event_sessions
from user_profile.sequences import Recommender, load_model
from user_profile.sequences.export import export_tables
from user_profile.sequences.saved import save_model

QUICK = ["--epochs", "3", "--embed-dim", "8", "--hidden-dim", "16", "--max-length", "8",
         "--tokens", "128"]  # fmt: skip


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


@pytest.mark.slow
def test_train_prints_both_tables_with_every_baseline(folder, capsys):
    model = str(folder / "again.npz")
    command = ["sequences", "train", str(folder / "log.txt"), "--model", model, *QUICK]
    assert main([*command, "--sampled", "5"]) == 0
    out = capsys.readouterr().out
    assert "all items ranked" in out
    assert "5 sampled items ranked" in out
    for name in ("popularity", "item-to-item", "Markov", "sequence rules", "sequence model"):
        assert sum(line.startswith(name) or name in line for line in out.splitlines()) >= 2, name
    assert "40 users, 25 items" in out


def test_each_line_of_a_table_says_how_far_it_is(folder, ask, monkeypatch):
    heard = []
    monkeypatch.setattr(Waiting, "__call__", lambda self, *told: heard.append(told))
    assert ask("evaluate", str(folder / "log.txt"), "--sampled", "0")[0] == 0
    ends = {what for what, done, total in heard if done == total}
    assert {"popularity", "first-order Markov", "sequence model"} <= ends


def test_evaluate_repeats_the_table_of_train(folder, ask):
    status, out, _ = ask("evaluate", str(folder / "log.txt"), "--sampled", "0")
    assert status == 0
    assert "sampled items ranked" not in out
    assert "The sequence model" in out


@pytest.mark.slow
def test_several_files_are_one_log(folder, ask, tmp_path):
    lines = (folder / "log.txt").read_text().splitlines(keepends=True)
    cut = next(n for n, line in enumerate(lines) if line.startswith("u20 "))
    for name, part in (("a.txt", lines[:cut]), ("b.txt", lines[cut:])):
        (tmp_path / name).write_text("".join(part))
    whole = ask("evaluate", str(folder / "log.txt"), "--sampled", "0")[1].splitlines()
    files = [str(tmp_path / name) for name in ("a.txt", "b.txt")]
    for given in (files, [str(tmp_path / "*.txt")]):
        status, out, _ = ask("evaluate", *given, "--sampled", "0")
        assert status == 0
        without_seconds = [line.split()[:3] for line in out.splitlines()[1:]]
        assert without_seconds == [line.split()[:3] for line in whole[1:]]
    status, _, err = ask("recommend", *files, "--user", "nobody")
    assert status == 2
    assert "a.txt, " in err


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


def test_a_place_that_cannot_be_written_is_told_before_the_training(folder, capsys):
    arguments = ["sequences", "train", str(folder / "log.txt"), "--overwrite", "--model"]
    assert main([*arguments, str(folder)]) == 2
    said = capsys.readouterr()
    assert "cannot be written" in said.err
    assert "epoch" not in said.out + said.err


@pytest.mark.parametrize(
    ("action", "arguments", "said"),
    [
        ("train", ["log.txt"], "--overwrite"),
        ("train", ["nowhere.txt", "--overwrite"], "nowhere.txt"),
        ("train", ["log.txt", "--overwrite", "--dropout", "2"], "dropout"),
        ("train", ["short.txt", "--overwrite"], "longer log"),
        ("train", ["same.txt", "--overwrite"], "seen before"),
        ("train", ["log.txt", "--overwrite", "--embed-dim", "7"], "multiple"),
        ("evaluate", ["log.txt", "--columns", "user"], "name=column"),
        ("recommend", [], "FILE"),
        ("recommend", ["log.txt", "--items", "i1"], "not both"),
        ("recommend", ["log.txt", "--features", "age=3"], "--items"),
        ("recommend", ["log.txt", "--user", "nobody"], "nobody"),
        ("recommend", ["--items", "i1", "--top", "0"], "top"),
        ("recommend", ["--items", "i1", "--features", "age"], "name=value"),
        ("recommend", ["--items", "i1", "--out", "x.txt"], ".csv"),
        ("export", ["log.txt", "--out", "x.json"], ".npz"),
        ("export", ["bytes.txt", "--out", "x.npz"], "bytes.txt"),
    ],
)
def test_mistakes_cost_one_sentence_and_nothing_else(
    folder, ask, monkeypatch, action, arguments, said
):
    monkeypatch.chdir(folder)
    (folder / "short.txt").write_text("a b\nc d\n")
    (folder / "same.txt").write_text("a b\na d\n" * 5 + "c b\nc d\n" * 5)
    (folder / "bytes.txt").write_bytes(b"\xff\xfe \xfa\n" * 5)
    before = (folder / "m.npz").read_bytes(), sorted(p.name for p in folder.iterdir())
    status, _, error = ask(action, *arguments)
    assert status == 2
    assert said in error
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert before == ((folder / "m.npz").read_bytes(), sorted(p.name for p in folder.iterdir()))


def test_features_are_asked_for_by_their_names(tmp_path, capsys):
    rng = np.random.default_rng(0)
    rows = [
        f"{user}\t{(start + step) % 20 + 1}\t4\t{1000 * user + step}\n"
        for user in range(1, 31)
        for start in [int(rng.integers(20))]
        for step in range(6)
    ]
    (tmp_path / "u.data").write_text("".join(rows))
    (tmp_path / "u.user").write_text(
        "".join(f"{u}|{20 + u}|{'MF'[u % 2]}|x|1\n" for u in range(1, 31))
    )
    model = ["--model", str(tmp_path / "m.npz")]
    assert main(["sequences", "train", str(tmp_path / "u.data"), *model, *QUICK]) == 0
    ask = ["sequences", "recommend", *model, "--top", "2", "--items", "3"]
    capsys.readouterr()
    assert main([*ask, "--features", "gender=F,age=24"]) == 0
    assert "not known" not in capsys.readouterr().out
    assert main([*ask, "--features", "gender=X"]) == 0
    assert "gender=X was not met" in capsys.readouterr().out
    assert main([*ask, "--features", "shoe=9"]) == 2
    assert "no user feature 'shoe'; it was trained with age, gender" in capsys.readouterr().err


def test_evaluate_names_what_the_model_does_not_know(folder, tmp_path, ask):
    (tmp_path / "other.txt").write_text("a i1\na i2\na new\na i3\nb i1\nb i5\nb i6\n")
    status, out, _ = ask("evaluate", str(tmp_path / "other.txt"), "--sampled", "0")
    assert status == 0
    assert "1 of 6 items are not known to the model and left out: new" in out
