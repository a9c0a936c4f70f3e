"""Next items from rows of items: a causal transformer on any log, judged by leave-one-out.

data         histories, and windows of them
features     what is known of users
clock        gaps and moments, as codes
model        the transformer, and its sizes
objective    one step: loss and gradients of a share of a batch
order        which windows are met together
start        a new model, and the first table of its items
schedule     time and rate; training: a run
parts        a log that no process holds whole; part_files reads it
rules        the second opinion
recommender  a model at work; export: its tables; in_torch: the same in PyTorch
saved        its file
settings     what decides a run
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
