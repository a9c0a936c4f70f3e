"""What sets the failing calls of a function apart from those that pass.

A condition is said only where it holds in every failing call and in no other, and only where
both kinds were seen: what it says of the calls is so, whatever the fault behind it is.
"""

from math import comb

from grader.causes.evidence import Evidence, whole_name
from grader.causes.traits import LARGE, measures, traits
from grader.diagnose import Step

TOLD = 2  # conditions in one sentence
CHANCE = {0: 2, 1: 3, 2: 9, 3: 50, 4: 70, 5: 90}  # divisions of the calls against a trait, by rank
BORDER = 200
FAR = 1.5  # times beyond: random numbers alone lie apart


def of_conditions(found: Evidence) -> str:
    """A sentence on the condition that all failing calls share and no other has, "" if none."""
    kind = found.failed.complaint.kind if found.failed.complaint else ""
    failing = [step for step in found.every if step.complaint and step.complaint.kind == kind]
    passing = [step for step in found.every if step.complaint is None]
    if not failing or not passing:
        return ""
    divisions = comb(len(failing) + len(passing), len(failing)) / (4 if len(passing) == 1 else 1)
    told = _traits(failing, passing, divisions)
    if not told and len(failing) > 1 and divisions >= BORDER and len(failing) <= len(passing):
        told = _borders(failing, passing)
    if not told:
        return ""
    others = len(found.every) - len(failing) - len(passing)
    other = ", but for faults of another kind" if others else ""
    told = _joined(told)
    count = f"{len(failing)} of its {len(found.every)} calls"
    return (
        f"your {whole_name(found.failed)} is wrong in {count}, those where "
        f"{' and '.join(told[:TOLD])}, and right in the others{other}"
    )


def _traits(failing: list[Step], passing: list[Step], divisions: float) -> list[str]:
    """The traits of all failing calls and of no passing one, the most telling alone.

    The weaker a trait is, the more ways the calls must have had to fall apart otherwise.
    """
    seen = [traits(step) for step in failing]
    shared = set.intersection(*seen)
    for step in passing:
        shared -= traits(step)
    shared = {trait for trait in shared if divisions >= CHANCE[trait.rank]}
    if len(failing) == 1:  # a single call has many things of its own
        shared = {trait for trait in shared if trait.rank == 0}
    best = sorted(shared, key=lambda trait: (trait.rank, trait.says))
    return [trait.says for trait in best if trait.rank == best[0].rank]


def _joined(told: list[str]) -> list[str]:
    """Conditions without those that another implies; two empty arguments in one."""
    small, large = (f" holds numbers beyond ±{border}" for border in LARGE)
    told = [text for text in told if small not in text or text.replace(small, large) not in told]
    empty = [text.removesuffix(" is empty") for text in told if text.endswith(" is empty")]
    if len(empty) < 2:
        return told
    others = [text for text in told if not text.endswith(" is empty")]
    return [f"{' and '.join(empty[:2])} are empty", *others]


def _borders(failing: list[Step], passing: list[Step]) -> list[str]:
    """Sizes and numbers that are beyond a border in all failing calls and in no passing one."""
    if len(passing) < 2:
        return []
    found: list[str] = []
    inside, outside = [measures(step) for step in passing], [measures(step) for step in failing]
    for says in outside[0]:
        if not all(says in facts for facts in (*inside, *outside)):
            continue
        right, wrong = [facts[says] for facts in inside], [facts[says] for facts in outside]
        if "largest" in says and not FAR * max(right) < min(wrong):
            continue
        if min(wrong) > max(right):
            found.append(_border(says, "more", min(wrong), max(right)))
        elif max(wrong) < min(right):
            found.append(_border(says, "less", max(wrong), min(right)))
    return found


def _border(says: str, side: str, wrong: float, right: float) -> str:
    end = "or more" if side == "more" else "or less"
    return f"{says} is {wrong:.4g} {end} (right at {right:.4g})"
