"""Two things at once: a known mistake asked another question, or its outputs in other places."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from grader.causes.evidence import (
    NONE,
    Evidence,
    Prediction,
    cached,
    output_names,
    parts,
    same,
    whole_name,
)
from grader.causes.factors import FACTORS
from grader.causes.outputs import in_place_of, in_words, outputs, right_ones, wrong_outputs
from grader.causes.values import one_output
from grader.causes.what_if import changes, predicted
from grader.diagnose import Doctor, Step
from grader.kit import Variant

NOT_FOUND = "for a reason that was not found"
SECONDS = 1.0
FEW_NUMBERS = 3
FEW = 60  # questions that are asked of each mistake


def of_two(found: Evidence, doctor: Doctor) -> str:
    """A sentence that names a known mistake and what stands on top of it, "" if none fits."""
    end = found.clock.left - SECONDS
    if found.is_rounding or not found.telling or len(found.failures) < 2:
        return ""  # so little comes of many a pair
    known = mistakes_of(found, doctor)
    for mistake in known:
        runner = doctor.runner(mistake)
        mistaken = predicted(runner, dict)
        for said, predict in _on_top(found, mistaken):
            if found.clock.left < end:
                return ""
            if found.fits(predict):
                return f"two things at once: {mistake.says}; and {said}"
    for mistake in known:
        runner = doctor.runner(mistake)
        for said, change in list(changes(found))[:FEW]:
            if found.clock.left < end:
                return ""
            telling = any(word in said for word in ("exchanged", "ignored", "wrong way"))
            if telling and found.fits(predicted(runner, change)):
                return f"two things at once: {mistake.says}; and {said}"
    return ""


def of_each(found: Evidence, doctor: Doctor) -> str:
    """A known mistake, or a plain way of going wrong, for each wrong output by itself.

    Of those that have neither it is said that they are wrong for a reason NOT_FOUND.
    """
    if found.is_rounding:
        return ""
    wrong = wrong_outputs(found)
    wanted = outputs(found, found.failed)[1]
    if any(np.size(wanted[name]) < FEW_NUMBERS for name in wrong):
        return ""  # a truth or a number or two come out of many a mistake
    if len(wrong) + len(right_ones(found, wrong)) < 2:
        return ""
    told = {name: how for name in wrong if (how := one_output(found, name))}
    sentences = []
    for mistake in mistakes_of(found, doctor):
        rest = [name for name in wrong if name not in told]
        names = told_by(found, doctor, mistake, rest) if rest else []
        if mistake.outputs and names:
            sentences.append(mistake.says_of(names))
        elif any(re.search(rf"\b{re.escape(name)}\b", mistake.says) for name in names):
            sentences.append(mistake.says)
        else:
            told |= dict.fromkeys(names, f"is wrong as in a known mistake: {mistake.says}")
        told |= {name: "" for name in names if name not in told}
    if not told:
        return ""
    told |= {name: f"is wrong as well, {NOT_FOUND}" for name in wrong if name not in told}
    plain = in_words({name: how for name, how in told.items() if how})
    return "; ".join(filter(None, [*sentences, plain])) + right_ones(found, wrong)


def told_by(found: Evidence, doctor: Doctor, mistake: Variant, rest: list[str]) -> list[str]:
    """Those of the wrong outputs that a mistake tells of truly, [] if none.

    What it changes in a failing call, and what its sentence speaks of, has to be here as it is
    there, in every call; one that names its outputs may be told of some of them.
    """
    predict = cached(predicted(doctor.runner(mistake), dict))
    changed = mistake.outputs or _changed_by(found, predict)
    spoken = [name for name in outputs(found, found.failed)[1] if _speaks_of(mistake, name)]
    concerned = list(dict.fromkeys([*changed, *spoken]))
    fitting = [name for name in concerned if _as_there(found, name, predict)]
    if not mistake.outputs and fitting != concerned:
        return []
    return [name for name in fitting if name in rest]


def _as_there(found: Evidence, name: str, predict: Prediction) -> bool:
    return found.fits(in_place_of(found, name, predict))


def _speaks_of(mistake: Variant, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", mistake.says) is not None


def _changed_by(found: Evidence, predict: Prediction) -> list[str]:
    """The outputs that a mistake makes wrong in the calls that failed."""
    changed = dict[str, None]()
    names, whole = output_names(found.exercise, found.failed), whole_name(found.failed)
    for step in found.failures:
        other = predict(step)
        if other is NONE:
            continue
        became, wanted = parts(other, names, whole), outputs(found, step)[1]
        for name in wanted:
            if name not in became or not same(became[name], wanted[name], step):
                changed[name] = None
    return list(changed)


def mistakes_of(found: Evidence, doctor: Doctor) -> list[Variant]:
    return [
        mistake
        for mistake in doctor.exercise.mistakes
        if mistake.replaces in found.failed.expected.used
        and not doctor.denied(mistake, found.every)
    ]


def _on_top(found: Evidence, mistaken: Prediction) -> Iterator[tuple[str, Prediction]]:
    names = output_names(found.exercise, found.failed)
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            yield (
                f"your {names[i]} and {names[j]} are exchanged",
                partial(_exchanged, mistaken, i, j),
            )
    if len(names) == 3:
        yield "your outputs are in another order", partial(_turned, mistaken, 1)
        yield "your outputs are in another order", partial(_turned, mistaken, 2)
    yield "the sign is wrong", partial(_scaled, mistaken, -1.0)
    for factor, said in FACTORS[:4]:
        yield f"the result is {said} what it should be", partial(_scaled, mistaken, factor)


def _exchanged(mistaken: Prediction, i: int, j: int, step: Step) -> Any:
    answer = mistaken(step)
    if not isinstance(answer, tuple):
        return NONE
    turned = list(answer)
    turned[i], turned[j] = turned[j], turned[i]
    return tuple(turned)


def _turned(mistaken: Prediction, by: int, step: Step) -> Any:
    answer = mistaken(step)
    return (*answer[by:], *answer[:by]) if isinstance(answer, tuple) else NONE


def _scaled(mistaken: Prediction, factor: float, step: Step) -> Any:
    answer = mistaken(step)
    if isinstance(answer, tuple):
        return tuple(factor * part for part in answer)
    return NONE if answer is NONE or isinstance(answer, str | list | dict) else factor * answer
