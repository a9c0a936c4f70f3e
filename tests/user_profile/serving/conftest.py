"""A small shop and a model of it, for all tests of what a model says."""

import pytest
from user_profile.judging.evaluate import mean_ndcg
from user_profile.log.sessions import group_sessions
from user_profile.log.split import split_last_sessions
from user_profile.model.saved import save_model
from user_profile.model.settings import Settings
from user_profile.training.loop import train

from ..shop_log import make_categories, make_events, make_rows


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    """The file of a model, and the sessions that it was trained on."""
    folder = tmp_path_factory.mktemp("shop")
    sessions = group_sessions(make_events(make_rows(60, 500)))
    split = split_last_sessions(sessions, kind="purchase")
    settings = Settings(epochs=1, embed_dim=8)
    trained = train(sessions, split, make_categories(sessions), settings, score=mean_ndcg)
    save_model(folder / "m.npz", trained)
    return folder / "m.npz", sessions
