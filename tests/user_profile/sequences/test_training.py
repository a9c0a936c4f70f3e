"""Training: it learns, it repeats itself, it ends with the clock, and it never sees the test."""

import dataclasses

import numpy as np
import pytest
from user_profile.baselines import ItemNeighbours, Popularity
from user_profile.judging.leave_one_out import compare_leave_one_out
from user_profile.log.sessions import single_event_sessions
from user_profile.log.split import split_last_sessions
from user_profile.sequences import Recommender, Settings, load_model, save_model, train
from user_profile.sequences.data import draw_windows, read_histories
from user_profile.sequences.objective import Objective, Share
from user_profile.sequences.start import new_model
from user_profile.sequences.training import _Judge

from attention.training import FileFormatError

TINY = Settings(
    epochs=12, lr=1e-2, warmup=5, tokens=128, dropout=0.0, embed_dim=16, hidden_dim=32,
    max_length=10,
)  # fmt: skip


@pytest.fixture(scope="module")
def chain(log):
    """60 users who walk round a ring of 30 items, mostly one step at a time."""
    rng = np.random.default_rng(0)
    rows = []
    for user in range(60):
        item = int(rng.integers(30))
        for step in range(int(rng.integers(4, 18))):
            rows.append((f"u{user}", f"i{item}", step, ""))
            item = (item + int(rng.choice([1, 1, 1, 2]))) % 30
    return single_event_sessions(log(rows, kinds=("event",)))


@pytest.fixture(scope="module")
def trained(chain):
    return train(chain, split_last_sessions(chain).validation, TINY)


def test_it_learns_the_order(chain, trained):
    table = compare_leave_one_out(
        [Popularity(), Recommender(trained)], chain, split_last_sessions(chain).test
    )
    assert table["sequence model"].mean("ndcg@10") > 0.75
    assert table["popularity"].mean("ndcg@10") < 0.4


def test_the_same_seed_gives_the_same_bits_with_two_workers(chain, trained):
    again = train(chain, split_last_sessions(chain).validation, TINY)
    for name, array in trained.model.state_dict().items():
        np.testing.assert_array_equal(array, again.model.state_dict()[name])
    other = train(
        chain, split_last_sessions(chain).validation, dataclasses.replace(TINY, seed=1, epochs=1)
    )
    assert not np.array_equal(other.model.begin.data, trained.model.begin.data)


def test_workers_share_the_work_without_changing_the_sum(chain):
    """Loss and gradients of one batch, as one share or as two."""
    settings = TINY.fitted(30, 500)
    model = new_model(30, 0, settings).astype(np.float64)
    past = read_histories(chain)
    none = np.zeros((60, 0), dtype=int)
    objective = Objective(past, none, none[0], settings)
    batch = draw_windows(past, 10, np.random.default_rng(0)).take(np.arange(12))
    weight = 1 / batch.targets.sum()
    found = []
    for shares in ([batch], [batch.take(np.s_[::2]), batch.take(np.s_[1::2])]):
        model.zero_grad()
        rng = np.random.default_rng(0)
        loss = sum(objective.compute(model, Share(share, weight, rng)) for share in shares)
        found.append((loss, {n: p.grad.copy() for n, p in model.named_parameters().items()}))
    assert found[0][0] == pytest.approx(found[1][0])
    for name, gradient in found[0][1].items():
        np.testing.assert_allclose(gradient, found[1][1][name], atol=1e-12, err_msg=name)


def test_gradients_of_a_whole_step(chain):
    """Central differences of the loss that training lowers, at some places of each parameter."""
    settings = dataclasses.replace(TINY, label_smoothing=0.1).fitted(30, 500)
    codes = np.random.default_rng(0).integers(4, size=(60, 2))
    model = new_model(30, 4, settings).astype(np.float64)
    objective = Objective(read_histories(chain), codes, np.zeros(2, dtype=int), settings)
    batch = draw_windows(objective.past, 10, np.random.default_rng(0)).take(np.arange(5))

    def loss():
        return objective.compute(model, Share(batch, 0.02, np.random.default_rng(3)))

    model.zero_grad()
    loss()
    gradients = {name: p.grad.copy() for name, p in model.named_parameters().items()}
    rng = np.random.default_rng(5)
    for name, parameter in model.named_parameters().items():
        place = tuple(rng.integers(parameter.shape))
        if name in ("item.table", "bias"):
            place = (int(objective.past.item[0]), *place[1:])
        value, at = parameter.data[place], []
        for nudge in (1e-5, -1e-5):
            parameter.data[place] = value + nudge
            at.append(loss())
        parameter.data[place] = value
        assert gradients[name][place] == pytest.approx((at[0] - at[1]) / 2e-5, abs=1e-7), name


def test_a_counted_start_is_ahead_after_one_epoch(chain):
    split = split_last_sessions(chain)
    found = {}
    for start in ("counted", "random"):
        settings = dataclasses.replace(TINY, epochs=1, lr=1e-4, start=start, rules=0.0)
        found[start] = train(chain, split.validation, settings).log[0]["validation"]
    assert found["counted"] > found["random"] + 0.1


def test_sampled_softmax_learns_too(chain):
    settings = dataclasses.replace(TINY, negatives=8, epochs=20)
    split = split_last_sessions(chain)
    trained = train(chain, split.validation, settings)
    table = compare_leave_one_out([Recommender(trained)], chain, split.test)
    assert table.results[0].mean("ndcg@10") > 0.6


def test_held_out_items_do_not_touch_training(chain, trained):
    """Other items for validation and test leave the weights of every epoch as they were."""
    split = split_last_sessions(chain)
    item = chain.events.item.copy()
    held_out = np.concatenate([split.validation.session, split.test.session])
    item[held_out] = (item[held_out] + 7) % 30
    changed = dataclasses.replace(chain, events=dataclasses.replace(chain.events, item=item))
    one = dataclasses.replace(TINY, epochs=1)
    states = [
        train(log, split_last_sessions(log).validation, one).model.state_dict()
        for log in (chain, changed)
    ]
    for name in states[0]:
        np.testing.assert_array_equal(states[0][name], states[1][name])


def test_early_stopping_keeps_the_best_epoch(chain):
    settings = dataclasses.replace(TINY, epochs=200, patience=2, rules=0.0)
    trained = train(chain, split_last_sessions(chain).validation, settings)
    found = [end["validation"] for end in trained.log]
    assert len(found) < 200
    assert len(found) - 1 - int(np.argmax(found)) == 2
    table = compare_leave_one_out(
        [Recommender(trained)], chain, split_last_sessions(chain).validation
    )
    assert table.results[0].mean("ndcg@10") == max(found)


def test_saved_and_loaded_the_model_says_the_same(chain, trained, tmp_path):
    path = tmp_path / "model.npz"
    save_model(path, trained)
    loaded = load_model(path)
    users = np.arange(10)
    np.testing.assert_array_equal(
        Recommender(trained).fit(chain).score(users), Recommender(loaded).fit(chain).score(users)
    )
    assert (loaded.items, loaded.settings) == (trained.items, trained.settings)


def test_damaged_and_foreign_files_are_refused(trained, tmp_path):
    path = tmp_path / "model.npz"
    save_model(path, trained)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileFormatError):
        load_model(path)
    path.write_bytes(whole)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    for change, message in (
        ({"version": np.array(99)}, "version 99"),
        ({"format": np.array("other")}, "not a sequence model"),
        ({"parameters/begin": np.zeros(3)}, "begin must hold f4"),
        ({"parameters/bias": arrays["parameters/bias"] * np.float32("nan")}, "bias holds numbers"),
        ({"version": np.array([2, 2])}, "version must have shape"),
        ({"rules/indices": arrays["rules/indices"] + 10**6}, "rules are no matrix"),
        ({"rules/indices": -1 - arrays["rules/indices"]}, "rules are no matrix"),
        ({"rules/indptr": arrays["rules/indptr"][::-1]}, "rules are no matrix"),
        ({"about": np.array("[" * 9999)}, "about is not valid JSON"),
        ({"about": np.array('{"settings": []}')}, "settings must be a JSON object"),
        ({"more": np.zeros(3)}, "more too"),
    ):
        np.savez(path, **{**arrays, **change})
        with pytest.raises(FileFormatError, match=message):
            load_model(path)


def test_a_judge_of_many_weights_reads_once_and_finds_what_each_is_worth(
    chain, trained, monkeypatch
):
    validation = split_last_sessions(chain).validation
    models = [
        dataclasses.replace(trained, rules=dataclasses.replace(trained.rules, weight=weight))
        for weight in (0.0, 3.0, 9.0)
    ]
    want = [
        compare_leave_one_out([Recommender(model)], chain, validation).results[0].mean("ndcg@10")
        for model in models
    ]
    assert len(set(want)) > 1
    asked, read = [], Recommender.states
    monkeypatch.setattr(
        Recommender,
        "states",
        lambda self, rows, f, t: asked.append(len(rows)) or read(self, rows, f, t),
    )
    assert _Judge(chain, validation, True)(*models) == want
    assert asked == [len(validation)]


def test_user_features_decide_where_items_cannot(log):
    """Who is known to be left begins at i0, who is right at i10; all go round the same ring."""
    walk = np.cumsum(np.random.default_rng(0).choice([0, 1, 2, 3], size=(60, 6)), axis=1)
    rows = [
        (f"u{user}", f"i{(10 * (user % 2) + walk[user, step] - walk[user, 0]) % 20}", step, "")
        for user in range(60)
        for step in range(6)
    ]
    events = log(rows, kinds=("event",))
    sides = {"side": tuple("left" if user % 2 == 0 else "right" for user in range(60))}
    sessions = single_event_sessions(dataclasses.replace(events, user_features=sides))
    settings = dataclasses.replace(TINY, epochs=30, patience=30)
    trained = train(sessions, split_last_sessions(sessions).validation, settings)
    recommender = Recommender(trained)
    assert recommender.recommend([], 1, features={"side": "left"}).items == ["i0"]
    assert recommender.recommend([], 1, features={"side": "right"}).items == ["i10"]
    assert recommender.recommend([], 1).items[0] in {"i0", "i10"}


@pytest.mark.slow
def test_on_the_shipped_log_it_beats_popularity_and_neighbours(retail):
    """A real log, in which items come again; the first 600 customers with enough of them."""
    events = retail[0].of_kind("purchase")
    known = events.take(events.user >= 0)
    customers = np.flatnonzero(np.bincount(known.user) >= 3)[:600]
    sessions = single_event_sessions(known.take(np.isin(known.user, customers)).compact())
    split = split_last_sessions(sessions)
    trained = train(sessions, split.validation, Settings(epochs=5, repeat=True))
    table = compare_leave_one_out(
        [Popularity(), ItemNeighbours(), Recommender(trained)], sessions, split.test,
        filter_seen=False,
    )  # fmt: skip
    for other in ("popularity", "item-to-item neighbours"):
        assert table.difference("sequence model", other, "ndcg@10")[1] > 0, table
