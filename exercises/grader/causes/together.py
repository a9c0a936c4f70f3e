"""Two things at once: a known mistake asked another question, or its outputs in other places."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from grader.causes.evidence import NONE, Evidence, Prediction, output_names
from grader.causes.factors import FACTORS
from grader.causes.outputs import in_place_of, in_words, outputs, right_ones, wrong_outputs
from grader.causes.values import one_output
from grader.causes.what_if import changes, predicted
from grader.diagnose import Doctor, Step
from grader.kit import Variant

SECONDS = 1.0
FEW_NUMBERS = 3
FEW = 60  # questions that are asked of each mistake


def of_two(found: Evidence, doctor: Doctor) -> str:
    """A sentence that names a known mistake and what stands on top of it, "" if none fits."""
    end = found.clock.left - SECONDS
    if found.is_rounding:
        return ""
    known = _mistakes(found, doctor)
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
    """A known mistake, or a plain way of going wrong, for each wrong output by itself."""
    if found.is_rounding:
        return ""
    known = _mistakes(found, doctor)
    wrong, told = wrong_outputs(found), dict[str, str]()
    wanted = outputs(found, found.failed)[1]
    if any(np.size(wanted[name]) < FEW_NUMBERS for name in wrong):
        return ""  # a truth or a number or two come out of many a mistake
    if len(wrong) + len(right_ones(found, wrong)) < 2:
        return ""
    right = [name for name in wanted if name not in wrong]
    for name in wrong:
        told[name] = one_output(found, name)
        for mistake in known if not told[name] else ():
            if any(re.search(rf"\b{re.escape(output)}\b", mistake.says) for output in right):
                continue  # it speaks of outputs that are right here
            if found.fits(in_place_of(found, name, predicted(doctor.runner(mistake), dict))):
                told[name] = f"is wrong as in a known mistake: {mistake.says}"
                if re.search(rf"\b{re.escape(name)}\b", mistake.says):
                    told[name] = mistake.says
                break
        if not told[name]:
            return ""
    return in_words(told) + right_ones(found, wrong)


def _mistakes(found: Evidence, doctor: Doctor) -> list[Variant]:
    used = found.failed.expected.used
    return [mistake for mistake in doctor.exercise.mistakes if mistake.replaces in used]


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
