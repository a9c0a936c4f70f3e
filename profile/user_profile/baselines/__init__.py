"""What a model has to beat: counting, rules and neighbours, each in a small file of its own.

All answer ``fit(history).score(users, as_of)`` and see nothing at or after ``as_of``.
"""

from .base import Baseline
from .item_neighbours import ItemNeighbours
from .last_basket import LastBasket
from .markov import Markov
from .personal_frequency import PersonalFrequency
from .popularity import Popularity
from .seasonal import InSeason
from .sequence_rules import SequenceRules
from .tifu_knn import TifuKnn

__all__ = [
    "Baseline",
    "InSeason",
    "ItemNeighbours",
    "LastBasket",
    "Markov",
    "PersonalFrequency",
    "Popularity",
    "SequenceRules",
    "TifuKnn",
]
