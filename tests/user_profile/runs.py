"""Small runs of the three trainers, which can be killed and resumed: NAME PATH, as a program."""

import sys
from pathlib import Path

import numpy as np
from user_profile.judging.evaluate import mean_ndcg
from user_profile.log.sessions import single_event_sessions
from user_profile.log.split import split_last_sessions
from user_profile.model.settings import Settings as ProfileSettings
from user_profile.sequences import Settings as SequenceSettings
from user_profile.sequences import train as train_sequences
from user_profile.training.loop import Sitting
from user_profile.training.loop import train as train_profiles

from attention.text.train import TextSettings, train_text
from attention.training import loop
from tests.user_profile.shop_log import make_categories, make_sessions

TEXT = "the quick brown fox jumps over the lazy dog. " * 20


def text(path: Path | None) -> bytes:
    settings = TextSettings(
        block=8, batch=8, layers=1, heads=2, width=8, steps=60, warmup=5, dropout=0.1, workers=2
    )
    model = train_text(TEXT, settings, checkpoint=path, resume=path is not None)[0]
    return _bits(model.state_dict())


def profiles(path: Path | None) -> bytes:
    sessions = make_sessions(customers=25)
    settings = ProfileSettings(epochs=3, embed_dim=8, questions=16, lr=0.01, mask=0.1)
    trained = train_profiles(
        sessions, split_last_sessions(sessions, kind="purchase"), make_categories(sessions),
        settings, score=mean_ndcg, sitting=Sitting(path, resume=path is not None),
    )  # fmt: skip
    return _bits(trained.model.state_dict())


def sequences(path: Path | None) -> bytes:
    sessions = single_event_sessions(make_sessions(customers=40).events)
    settings = SequenceSettings(
        epochs=4, lr=1e-2, warmup=5, tokens=128, dropout=0.1, embed_dim=8, hidden_dim=16,
        max_length=10, average=0.5, rules=0.0,
    )  # fmt: skip
    trained = train_sequences(
        sessions, split_last_sessions(sessions).validation, settings,
        checkpoint=path, resume=path is not None,
    )  # fmt: skip
    return _bits(trained.model.state_dict())


RUNS = {"text": text, "profiles": profiles, "sequences": sequences}


def _bits(state: dict[str, np.ndarray]) -> bytes:
    return b"".join(array.tobytes() for array in state.values())


if __name__ == "__main__":
    loop.SECONDS = 0.0  # a checkpoint after every step
    print("go", flush=True)
    RUNS[sys.argv[1]](Path(sys.argv[2]))
    print("done", flush=True)
