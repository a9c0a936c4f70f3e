"""Checks of ex39: the mask and its borders, the cache and its borders, then both together."""

import numpy as np
from grader import normal


def cache(rng, *lead, m, d=3, dv=5, dtype=np.float64):
    return normal(rng, *lead, m, d, dtype=dtype), normal(rng, *lead, m, dv, dtype=dtype)


def test_the_mask(check):
    for n, window, sinks in ((9, 3, 2), (13, 4, 1), (11, 2, 5)):
        check("sink_mask", n, window, sinks)


def test_the_window_holds_ones_own_key(check):
    for n, window in ((7, 1), (7, 2), (8, 5)):
        check("sink_mask", n, window, 0, says_="The last `window` keys, one's own among them.")


def test_no_sink_before_its_time(check):
    for n, window, sinks in ((6, 1, 4), (5, 2, 5), (4, 1, 9)):
        check("sink_mask", n, window, sinks, says_="A sink in the future is hidden, too.")


def test_window_and_sinks_are_counted_apart(check):
    for window, sinks in ((2, 3), (3, 2), (1, 1), (4, 4)):
        check("sink_mask", 12, window, sinks)


def test_a_window_of_everything(check):
    for window in (5, 6, 7, 40):
        check("sink_mask", 6, window, 2, says_="With a window of n or more the mask is causal.")


def test_no_sinks(check):
    check("sink_mask", 10, 3, 0)
    check("sink_mask", 3, 3, 0)


def test_one_token(check):
    check("sink_mask", 3, 2, 1)
    check("sink_mask", 1, 1, 0)
    check("sink_mask", 1, 4, 2)


def test_a_cache_that_has_grown(check, rng):
    check("evict", *cache(rng, m=13), 4, 2)
    check("evict", *cache(rng, m=11, d=6, dv=2), 2, 3)


def test_leading_axes_of_the_cache(check, rng):
    for lead in ((2,), (2, 7), (3, 1, 2), (1,)):
        check("evict", *cache(rng, *lead, m=9), 4, 1)
    check("evict", *cache(rng, 9, 9, m=9, d=9, dv=9), 3, 2)


def test_one_row_too_many(check, rng):
    for window, sinks in ((4, 2), (2, 4), (5, 1), (1, 5)):
        check("evict", *cache(rng, 2, m=7), window, sinks)


def test_a_cache_that_fits_stays_whole(check, rng):
    says = "Nothing is dropped, and nothing stands twice."
    for window, sinks in ((4, 3), (5, 3), (6, 6), (7, 1), (3, 20), (20, 3), (1, 7)):
        check("evict", *cache(rng, 2, m=7), window, sinks, says_=says)


def test_a_cache_of_one_row(check, rng):
    check("evict", *cache(rng, m=5), 2, 1)
    for window, sinks in ((1, 0), (1, 1), (3, 2)):
        check("evict", *cache(rng, 2, m=1), window, sinks)


def test_a_cache_without_sinks(check, rng):
    check("evict", *cache(rng, 2, m=9), 4, 0)
    check("evict", *cache(rng, m=6), 1, 0)


def test_one_feature(check, rng):
    check("evict", *cache(rng, 4, m=8, d=1, dv=1), 3, 2)


def attended(q, k, v, mask=True):
    scores = np.where(mask, q @ np.swapaxes(k, -1, -2) / 2, -1e30)
    p = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True) @ v


def stepwise(module, q, k, v, window, sinks):
    """Attention token by token, with a cache that is cut at every step; and its lengths."""
    keys, values = k[..., :0, :], v[..., :0, :]
    outputs, lengths = [], []
    for t in range(q.shape[-2]):
        keys = np.concatenate([keys, k[..., t : t + 1, :]], axis=-2)
        values = np.concatenate([values, v[..., t : t + 1, :]], axis=-2)
        keys, values = module.evict(keys, values, window, sinks)
        outputs.append(attended(q[..., t : t + 1, :], keys, values))
        lengths.append(keys.shape[-2])
    return np.concatenate(outputs, axis=-2), lengths


def masked(module, q, k, v, window, sinks):
    """Attention over the whole sequence at once, with the mask."""
    return attended(q, k, v, np.asarray(module.sink_mask(q.shape[-2], window, sinks)) != 0)


def both_ways(module, q, k, v, window, sinks):
    """How far the two ways lie apart."""
    stepped, _ = stepwise(module, q, k, v, window, sinks)
    return float(np.abs(stepped - masked(module, q, k, v, window, sinks)).max())


def sequence(rng, *lead, n):
    return normal(rng, *lead, n, 4), normal(rng, *lead, n, 4), normal(rng, *lead, n, 7)


def test_step_by_step(check, rng):
    check.drive(stepwise, *sequence(rng, n=14), 5, 2)
    check.drive(stepwise, *sequence(rng, 3, n=11), 2, 3)


def test_mask_and_cache_agree(check, rng):
    def holds(gap):
        return None if gap < 1e-9 else f"cache and mask differ by {gap:.3g}"

    check.drive(masked, *sequence(rng, 2, n=13), 4, 3)
    for window, sinks in ((3, 2), (1, 1), (4, 0)):
        check.property(both_ways, *sequence(rng, n=10), window, sinks, holds=holds)


def test_dtypes_stay(check, rng):
    check.dtype("sink_mask", 5, 2, 1)
    check.dtype("evict", *cache(rng, 2, m=9, dtype=np.float32), 4, 2)
    check.dtype("evict", *cache(rng, m=4, dtype=np.float32), 4, 2)
    k, v = cache(rng, m=9)
    check.dtype("evict", k, v.astype(np.float32), 3, 2)


def test_inputs_are_unchanged(check, rng):
    check.unchanged("evict", *cache(rng, 2, m=9), 4, 2)
    check.unchanged("evict", *cache(rng, 2, m=5), 4, 2)
