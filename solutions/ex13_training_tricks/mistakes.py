"""What people get wrong in ex13: each a working function, each with its misconception."""

import math

import numpy as np
from grader import mistake


def _norm(grads):
    return math.sqrt(sum(float((g.astype(float) ** 2).sum()) for g in grads.values()))


def _scaled(grads, factor):
    return {name: grad * float(factor) for name, grad in grads.items()}


# Clipping


@mistake("you clip each array by its own norm, which bends the step; one norm serves all arrays")
def each_by_its_own(grads, max_norm):
    clipped = {}
    for name, grad in grads.items():
        own = _norm({name: grad})
        clipped[name] = grad * (max_norm / own if own > max_norm else 1.0)
    return clipped, _norm(grads)


@mistake("you rescale gradients even when they are short enough; clip only above max_norm")
def always_rescaled(grads, max_norm):
    norm = _norm(grads)
    return _scaled(grads, max_norm / norm if norm > 0 else 1.0), norm


@mistake("you return the norm after clipping; it must be the one before")
def norm_after_clipping(grads, max_norm):
    norm = _norm(grads)
    return _scaled(grads, max_norm / norm if norm > max_norm else 1.0), min(norm, max_norm)


@mistake("you forget the root: your norm is the sum of squares")
def norm_squared(grads, max_norm):
    norm = _norm(grads) ** 2
    return _scaled(grads, max_norm / norm if norm > max_norm else 1.0), norm


@mistake("you take the largest of the arrays' norms; add up their squares, then take one root")
def largest_norm(grads, max_norm):
    norm = max((_norm({name: grad}) for name, grad in grads.items()), default=0.0)
    return _scaled(grads, max_norm / norm if norm > max_norm else 1.0), norm


@mistake("you add up the norms of the arrays; add up their squares, then take one root")
def norms_added(grads, max_norm):
    norm = sum(_norm({name: grad}) for name, grad in grads.items())
    return _scaled(grads, max_norm / norm if norm > max_norm else 1.0), norm


@mistake("your norm is a root mean square; it must be the root of the sum, not of the mean")
def root_mean_square(grads, max_norm):
    norm = _norm(grads) / math.sqrt(sum(grad.size for grad in grads.values()))
    return _scaled(grads, max_norm / norm if norm > max_norm else 1.0), norm


@mistake("your norm is the largest absolute number; it must be the Euclidean norm")
def largest_number(grads, max_norm):
    norm = max(float(abs(grad).max()) for grad in grads.values())
    return _scaled(grads, max_norm / norm if norm > max_norm else 1.0), norm


@mistake("your norm adds absolute values; it must be the root of the sum of squares")
def absolute_values(grads, max_norm):
    norm = float(sum(abs(grad.astype(float)).sum() for grad in grads.values()))
    return _scaled(grads, max_norm / norm if norm > max_norm else 1.0), norm


@mistake("you clip every number to ±max_norm, which bends the step; scale all by one factor")
def by_value(grads, max_norm):
    return {name: np.clip(grad, -max_norm, max_norm) for name, grad in grads.items()}, _norm(grads)


@mistake("your factor is max_norm / (norm + 1e-6); the exercise asks for max_norm / norm")
def stabiliser(grads, max_norm):
    norm = _norm(grads)
    return _scaled(grads, max_norm / (norm + 1e-6) if norm > max_norm else 1.0), norm


@mistake("your factor is norm / max_norm, which lengthens the step; it must be its inverse")
def factor_inverted(grads, max_norm):
    norm = _norm(grads)
    return _scaled(grads, norm / max_norm if norm > max_norm else 1.0), norm


@mistake("you normalise long gradients to length 1; scale them to max_norm")
def to_unit_length(grads, max_norm):
    norm = _norm(grads)
    return _scaled(grads, 1 / norm if norm > max_norm else 1.0), norm


@mistake("you divide by a norm that can be 0; compare before you divide")
def divides_by_zero(grads, max_norm):
    norm = _norm(grads)
    return _scaled(grads, min(1.0, max_norm / norm)), norm


@mistake(
    "your clipped gradients are float64 for float32 input, as a factor that is a NumPy "
    "number makes them; a Python float does not"
)
def clip_promoted(grads, max_norm):
    norm = np.float64(_norm(grads))
    factor = max_norm / norm if norm > max_norm else np.float64(1.0)
    return {name: grad * factor for name, grad in grads.items()}, norm


@mistake("you scale the caller's arrays in place; return a new dict of new arrays")
def clipped_in_place(grads, max_norm):
    norm = _norm(grads)
    if norm > max_norm:
        for grad in grads.values():
            grad *= max_norm / norm
    return grads, norm


# The schedule


def _without_floor(step, warmup, total, peak):
    if step < warmup:
        return peak * step / warmup
    progress = min(1.0, (step - warmup) / (total - warmup))
    return peak * 0.5 * (1 + math.cos(math.pi * progress))


@mistake(
    "your warm-up is one step early, (step + 1) / warmup; step 0 must have rate 0",
    replaces="warmup_cosine",
)
def one_step_early(step, warmup, total, peak, floor=0.0):
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = min(1.0, (step - warmup) / (total - warmup))
    return floor + (peak - floor) * 0.5 * (1 + math.cos(math.pi * progress))


@mistake(
    "your warm-up starts at the floor; it must start at 0",
    replaces="warmup_cosine",
)
def warm_up_from_the_floor(step, warmup, total, peak, floor=0.0):
    if step < warmup:
        return floor + (peak - floor) * step / warmup
    progress = min(1.0, (step - warmup) / (total - warmup))
    return floor + (peak - floor) * 0.5 * (1 + math.cos(math.pi * progress))


@mistake(
    "you have no warm-up: the rate starts at the peak; rise to it from 0 over `warmup` steps",
    replaces="warmup_cosine",
)
def no_warm_up(step, warmup, total, peak, floor=0.0):
    progress = min(1.0, max(0, step - warmup) / (total - warmup))
    return floor + (peak - floor) * 0.5 * (1 + math.cos(math.pi * progress))


@mistake(
    "your cosine counts from step 0, so the rate jumps after the warm-up; count from `warmup`",
    replaces="warmup_cosine",
)
def cosine_from_step_zero(step, warmup, total, peak, floor=0.0):
    if step < warmup:
        return peak * step / warmup
    progress = min(1.0, step / total)
    return floor + (peak - floor) * 0.5 * (1 + math.cos(math.pi * progress))


@mistake(
    "you divide by `total`, so the floor comes too late; the decay lasts total − warmup steps",
    replaces="warmup_cosine",
)
def decay_over_total(step, warmup, total, peak, floor=0.0):
    if step < warmup:
        return peak * step / warmup
    progress = min(1.0, (step - warmup) / total)
    return floor + (peak - floor) * 0.5 * (1 + math.cos(math.pi * progress))


@mistake(
    "your cosine rises again after the last step; stay at the floor from step `total` on",
    replaces="warmup_cosine",
)
def rises_again(step, warmup, total, peak, floor=0.0):
    if step < warmup:
        return peak * step / warmup
    progress = (step - warmup) / (total - warmup)
    return floor + (peak - floor) * 0.5 * (1 + math.cos(math.pi * progress))


@mistake("you ignore the floor; the cosine must end there", replaces="warmup_cosine")
def floor_ignored(step, warmup, total, peak, floor=0.0):
    return _without_floor(step, warmup, total, peak)


@mistake(
    "you cut the cosine off at the floor with max; it must run from peak to floor",
    replaces="warmup_cosine",
)
def floor_as_a_cut(step, warmup, total, peak, floor=0.0):
    rate = _without_floor(step, warmup, total, peak)
    return rate if step < warmup else max(floor, rate)


@mistake(
    "you add the floor to the whole cosine, so the top is peak + floor; scale by peak − floor",
    replaces="warmup_cosine",
)
def floor_on_top(step, warmup, total, peak, floor=0.0):
    rate = _without_floor(step, warmup, total, peak)
    return rate if step < warmup else floor + rate


@mistake(
    "your cosine is a quarter wave, cos(π/2 · progress); it must be ½(1 + cos(π · progress))",
    replaces="warmup_cosine",
)
def quarter_wave(step, warmup, total, peak, floor=0.0):
    if step < warmup:
        return peak * step / warmup
    progress = min(1.0, (step - warmup) / (total - warmup))
    return floor + (peak - floor) * math.cos(math.pi / 2 * progress)


@mistake("your decay is a straight line; it must be half a cosine", replaces="warmup_cosine")
def straight_line(step, warmup, total, peak, floor=0.0):
    if step < warmup:
        return peak * step / warmup
    progress = min(1.0, (step - warmup) / (total - warmup))
    return peak + (floor - peak) * progress
