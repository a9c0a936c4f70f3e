"""Next items from rows of items: a causal transformer on any log, judged by leave-one-out.

Files, in reading order: data (histories, windows), model, loss, objective (one step), schedule and
training (a run), recommender (a model at work), saved (its file), command.
"""

from .recommender import Recommendation, Recommender, Trained
from .saved import load_model, save_model
from .settings import Settings
from .training import train

__all__ = [
    "Recommendation",
    "Recommender",
    "Settings",
    "Trained",
    "load_model",
    "save_model",
    "train",
]
