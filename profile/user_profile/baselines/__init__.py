"""What a model has to beat: counting, rules and neighbours, each in a small file of its own.

All answer ``fit(history).score(users, as_of)`` and see nothing at or after ``as_of``.

base       what they share: one interface, sessions as a matrix that keeps time
popularity, last_basket, personal_frequency, seasonal   counting
markov, sequence_rules                                  what follows what
profiles   a customer's history as a vector; item_neighbours and tifu_knn look for like ones
parts      those of a log that no process holds whole
outlook, value   rivals of what is foreseen of 90 days, of a year
lineup     who stands beside whom in a table
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
