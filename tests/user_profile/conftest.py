"""The shipped log, read once for all tests of this folder, and small logs written by hand."""

import numpy as np
import pytest
from user_profile.log.events import Events, factorise
from user_profile.log.readers import read_events


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """Prepared logs are kept here, not in the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def retail():
    """The shipped log as it is, and the report of reading it."""
    return read_events()


def make_log(rows, kinds=("purchase",)):
    """Events from (user, item, time, session) rows; session "" for none."""
    user, item, time, session = zip(*rows)
    users, user_names = factorise(user)
    items, item_names = factorise(item)
    sessions, session_names = factorise(session)
    count = len(rows)
    return Events(
        user=users, item=items, time=np.array(time, dtype=np.int64), session=sessions,
        kind=np.zeros(count, dtype=np.int8), quantity=np.ones(count), price=np.full(count, 2.0),
        text=np.full(count, -1, dtype=np.int32), users=user_names, items=item_names,
        sessions=session_names, kinds=kinds, texts=(),
    )  # fmt: skip


@pytest.fixture(scope="session")
def log():
    """The maker of small logs."""
    return make_log


@pytest.fixture(scope="session")
def random_log():
    """40 customers with up to 8 sessions of up to 5 of 30 items, times with ties."""
    rng = np.random.default_rng(5)
    rows = []
    for user in range(40):
        for number in range(rng.integers(1, 9)):
            time = int(rng.integers(0, 60))
            for item in rng.choice(30, rng.integers(1, 6), replace=False):
                rows.append((f"u{user}", f"i{item}", time, f"s{user}-{number}"))
    return make_log(rows)
