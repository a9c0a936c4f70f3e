"""Next items from rows of items: a causal transformer on any log, judged by leave-one-out.

In reading order: data (histories, windows), features (of users), clock, model, loss, objective (one
step), start (the first table), parts and part_files (a log that no process holds whole), schedule
and training (a run), rules (the second opinion), recommender (a model at work), export, saved
(its file), in_torch, settings.
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
