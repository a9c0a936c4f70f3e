"""The search for one change, or two, that makes some answers into others, in every call.

Of a student's file it is run towards what is right (repair.py), of the reference towards what the
student's file gives (slips.py). The likely is tried first, and the clock ends it.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby, islice, product
from typing import Any

from grader.causes.evidence import Evidence, output_names, parts, same, whole_name
from grader.causes.outputs import wrong_outputs
from grader.causes.probes import probes
from grader.causes.suspects import by_suspicion
from grader.diagnose import Step
from grader.judge import said
from grader.mutants.switches import Slip
from grader.sandbox.wire import encode

AT_ONCE = 40  # settings tried in one request
PARTIAL = 12  # changes that fit some of the calls, each tried with every other
EACH = 3  # changes of each wrong output, tried together
ORDER = (
    *(
        "a copy",
        "activation",
        "to add",
        "np.add.at",
        "not added up",
        "random numbers",
        "operator",
        "another function",
        "term dropped",
        "bound dropped",
        "constant",
    ),
    *("comparison", "and/or", "sign or not dropped", "swapped", "transposition dropped"),
    *(
        "another variable",
        "another key",
        "counted from the end",
        "a sign",
        "line dropped",
        "call dropped",
        "option dropped",
        "branch",
    ),
    *(
        "never done",
        "always done",
        "plausible constant",
        "a factor",
        "transposition",
        "a gate",
    ),
)
Chosen = tuple[Slip, ...]


class Trial:
    """A source with switches that can be run; what it is to give is said by ``target``."""

    elsewhere = False  # whether it runs in another process

    def __init__(self, found: Evidence, seconds: float) -> None:
        self.found, self.clock = found, found.clock
        self.end = self.clock.left - seconds

    @property
    def over(self) -> bool:
        """Whether this search has had its share, or all searches theirs."""
        return self.clock.over or self.clock.left < self.end

    def target(self, step: Step) -> Any:
        """What a call shall return."""
        raise NotImplementedError

    def ask(self, name: str, step: Step, *more: Any) -> Any:
        """What a function of the prelude says of a call, None if it cannot be run."""
        raise NotImplementedError

    def holds(self, chosen: Chosen) -> bool:
        """Whether these changes give the target in every call."""
        raise NotImplementedError

    def of(self, step: Step, settings: Iterable[Chosen]) -> Iterator[tuple[Chosen, Any]]:
        """What a call returns with each choice of changes, None if nothing plain."""
        rest = iter(settings)
        while not self.over and (batch := list(islice(rest, AT_ONCE))):
            places = [[(slip.place, slip.form) for slip in chosen] for chosen in batch]
            answers, seconds = self.ask("_tries_", step, places) or ([None] * len(batch), 1.0)
            self.clock.add(seconds * self.elsewhere)
            yield from zip(batch, answers)

    def touched(self, step: Step) -> set[int]:
        """The places that a call comes by."""
        return set(self.ask("_touched_", step) or ())

    def right_outputs(self, step: Step, answer: Any) -> list[str]:
        """The outputs that become as they shall be, no other spoiled; "" stands for all."""
        if answer is None:
            return []
        target = self.target(step)
        if step.terms.compare is not None and target is step.expected.outputs[0]:
            return [""] if said(step.terms.compare, answer, target) is None else []
        if same(answer, target, step):
            return [""]
        names, whole = output_names(self.found.exercise, step), whole_name(step)
        got, wanted = parts(answer, names, whole), parts(target, names, whole)
        if got.keys() != wanted.keys() or len(wanted) < 2:
            return []
        right = [name for name in wanted if same(got[name], wanted[name], step)]
        wrong = wrong_outputs(self.found)
        spoiled = any(name not in right for name in wanted if name not in wrong)
        return [] if spoiled else [name for name in wrong if name in right]


def search(
    trial: Trial, slips: list[Slip], known: Iterable[Chosen] = (), pairs: bool = True
) -> list[Chosen]:
    """What gives the target in every call: all single changes that do, or else the first two.

    ``known`` is what was found for another function of the same file. Without ``pairs`` only
    changes are tried together that are alike, or of an output each.
    """
    for chosen in known:
        if trial.holds(chosen):
            return [chosen]
    if not slips:
        return []
    tried = probes(trial.found)
    touched = [trial.touched(step) for step in tried]
    reached = [slip for slip in slips if slip.place in touched[0]]
    suspected = by_suspicion(trial, tried[0], reached)
    likely = sorted(slips, key=lambda slip: (suspected(slip), *rank(slip)))
    fitting: dict[tuple[str, int], list[Slip]] = {}  # by output and probe
    apart: dict[bytes, Slip] = {}  # by what the first probe returns
    for number, step in enumerate(tried):
        here = [slip for slip in likely if slip.place in touched[number]]
        unchanged = b"" if number else _digest(next(trial.of(step, [()]), ((), None))[1])
        for _, group in groupby(here, suspected):
            for (slip,), answer in trial.of(step, ((slip,) for slip in group)):
                for name in trial.right_outputs(step, answer):
                    fitting.setdefault((name, number), []).append(slip)
                if number == 0 and answer is not None and (key := _digest(answer)) != unchanged:
                    apart[key] = min(apart.get(key, slip), slip, key=rank)
            alone = [] if number else [s for s in fitting.get(("", 0), ()) if trial.holds((s,))]
            if alone:
                return [(slip,) for slip in sorted(alone, key=rank)]
        if number == 0 and (chosen := _first(trial, step, _together(trial, slips, fitting))):
            return [chosen]
    several = _several(slips, fitting, tried, touched, list(apart.values())) if pairs else ()
    for step, settings in several:
        if chosen := _first(trial, step, settings):
            return [chosen]
    return []


def _first(trial: Trial, step: Step, settings: Iterable[Chosen]) -> Chosen:
    """The first of these that gives the target in every call, () if none does."""
    for chosen, answer in trial.of(step, settings):
        if trial.right_outputs(step, answer) == [""] and trial.holds(chosen):
            return chosen
    return ()


def _digest(answer: Any) -> bytes:
    return sha256(encode(answer)).digest()


def rank(slip: Slip) -> tuple[int, int]:
    """The likely before the odd, the small before the large."""
    kind = slip.kind.partition(":")[0]
    return (ORDER.index(kind) if kind in ORDER else len(ORDER), len(slip.before))


def _together(
    trial: Trial, slips: list[Slip], fitting: dict[tuple[str, int], list[Slip]]
) -> list[Chosen]:
    """The same change everywhere, and of each output its own, as the first probe has them."""
    alike: dict[tuple[str, ...], list[Slip]] = {}
    for slip in slips:
        label = (slip.kind,) if ":" in slip.kind else (slip.kind, slip.before, slip.after)
        alike.setdefault(label, []).append(slip)
    together = [tuple(group) for group in alike.values() if len(group) > 1]
    wrong = wrong_outputs(trial.found)
    each = [fitting.get((name, 0), []) for name in wrong]
    if len(wrong) > 1 and all(each):
        likely = (sorted(group, key=rank)[:EACH] for group in each)
        together[:0] = [tuple(dict.fromkeys(chosen)) for chosen in product(*likely)]
    return together


def _several(
    slips: list[Slip],
    fitting: dict[tuple[str, int], list[Slip]],
    tried: list[Step],
    touched: list[set[int]],
    apart: list[Slip],
) -> Iterator[tuple[Step, Iterable[Chosen]]]:
    """Two, each seen in some calls; any two."""
    partial = dict.fromkeys(slip for group in fitting.values() for slip in sorted(group, key=rank))
    whole = [fitting.get(("", number), []) for number in range(len(tried))]
    for first in [*partial][:PARTIAL]:
        number = next((i for i, fits in enumerate(whole) if first not in fits), 0)
        others = (s for s in slips if s.place in touched[number] and s.place != first.place)
        yield tried[number], ((first, second) for second in others)
    yield tried[0], _pairs(apart)


def _pairs(slips: list[Slip]) -> Iterator[Chosen]:
    """Any two that do something, the likely ones and those in one line first."""
    likely = sorted(slips, key=rank)
    for near, far in ((0, 0), (1, 2), (3, 8), (9, 999)):
        for i, first in enumerate(likely):
            for second in likely[i + 1 :]:
                if first.place != second.place and near <= abs(first.line - second.line) <= far:
                    yield first, second
