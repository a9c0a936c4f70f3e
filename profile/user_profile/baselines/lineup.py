"""Who stands beside whom: the scorers of every table, and their settings, written once.

Settings that differ from a baseline's defaults did best on the validation sessions of the shipped
log.
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


def rivals_of_sessions() -> list[Baseline]:
    """Of the next session's items, in a log with dates."""
    quick = rivals_of_the_demo()
    return [quick[0], Markov(), ItemNeighbours(), SequenceRules(recent=1), *quick[1:]]


def rivals_of_the_demo() -> list[Baseline]:
    """The simplest, and the strongest: the others take longer and are not in between."""
    in_season = InSeason(TifuKnn(within=0.9, own_share=0.95))
    return [Popularity(), LastBasket(), PersonalFrequency(), TifuKnn(), in_season]


def rivals_of_rows() -> list[Baseline]:
    """Of the next item, in rows of items without a clock (leave one out)."""
    return [Popularity(), ItemNeighbours(), Markov(), SequenceRules()]
