"""What people get wrong in ex39: working functions, each with its misconception."""

import numpy as np
from grader import mistake


def places(n):
    return np.arange(n)[:, None], np.arange(n)


def right_mask(n, window, sinks):
    i, j = places(n)
    return (j <= i) & ((i - j < window) | (j < sinks))


def cut(x, first, last, axis=-2):
    """The first rows and the last ones, each once."""
    m = x.shape[axis]
    rows = [t for t in range(m) if t < first or t >= m - last]
    return np.take(x, rows, axis=axis)


@mistake("you forget the sinks; the first `sinks` keys stay visible", replaces="sink_mask")
def mask_without_sinks(n, window, sinks):
    return right_mask(n, window, 0)


@mistake("you forget the window; your mask is causal and no more", replaces="sink_mask")
def mask_without_window(n, window, sinks):
    return right_mask(n, n, sinks)


@mistake("you show a sink before its time; no key of the future is seen", replaces="sink_mask")
def sinks_from_the_future(n, window, sinks):
    i, j = places(n)
    return ((j <= i) & (i - j < window)) | (j < sinks)


@mistake("your window reaches into the future; it ends at one's own key", replaces="sink_mask")
def window_on_both_sides(n, window, sinks):
    i, j = places(n)
    return (np.abs(i - j) < window) | ((j < sinks) & (j <= i))


@mistake("your window is one too long: one's own key counts; i − j < window", replaces="sink_mask")
def window_one_too_long(n, window, sinks):
    return right_mask(n, window + 1, sinks)


@mistake("your window is one too short; i − j < window, and 0 is one of them", replaces="sink_mask")
def window_one_too_short(n, window, sinks):
    return right_mask(n, window - 1, sinks)


@mistake("a query does not see its own key; the window includes it", replaces="sink_mask")
def own_key_hidden(n, window, sinks):
    i, j = places(n)
    return (j < i) & ((i - j <= window) | (j < sinks))


@mistake("you keep one sink too many; j < sinks", replaces="sink_mask")
def one_sink_too_many(n, window, sinks):
    return right_mask(n, window, sinks + 1)


@mistake("you keep one sink too few; j < sinks, with j from 0", replaces="sink_mask")
def one_sink_too_few(n, window, sinks):
    return right_mask(n, window, max(sinks - 1, 0))


@mistake("your rows are keys; transpose the mask: rows are queries", replaces="sink_mask")
def mask_transposed(n, window, sinks):
    return right_mask(n, window, sinks).T.copy()


@mistake("your mask is True where a key is hidden; True = may attend", replaces="sink_mask")
def mask_inverted(n, window, sinks):
    return ~right_mask(n, window, sinks)


@mistake("your mask holds numbers 0 and 1; bools are asked", replaces="sink_mask")
def mask_of_numbers(n, window, sinks):
    return right_mask(n, window, sinks).astype(float)


@mistake("your mask is one to be added, 0 and −∞; bools are asked", replaces="sink_mask")
def mask_to_add(n, window, sinks):
    return np.where(right_mask(n, window, sinks), 0.0, -np.inf)


@mistake("you count the sinks into the window; they come besides", replaces="sink_mask")
def sinks_inside_the_window(n, window, sinks):
    return right_mask(n, max(window - sinks, 1), sinks)


@mistake("you take the last keys of the sequence for sinks; take the first", replaces="sink_mask")
def sinks_at_the_end(n, window, sinks):
    i, j = places(n)
    return (j <= i) & ((i - j < window) | (j >= n - sinks))


@mistake("you join window and sinks by 'and'; either is enough", replaces="sink_mask")
def window_and_sinks(n, window, sinks):
    i, j = places(n)
    return (j <= i) & (i - j < window) & (j < sinks)


@mistake("you open the rows of the first tokens; open their columns", replaces="sink_mask")
def sinks_as_queries(n, window, sinks):
    i, j = places(n)
    return ((j <= i) & (i - j < window)) | (i < sinks)


@mistake("you cut the sequence into blocks; the window slides with the query", replaces="sink_mask")
def blocks_for_a_window(n, window, sinks):
    i, j = places(n)
    return (j <= i) & ((i // window == j // window) | (j < sinks))


@mistake("you exchange window and sinks in the mask", replaces="sink_mask")
def mask_arguments_exchanged(n, window, sinks):
    return right_mask(n, sinks, window)


@mistake("you evict the sinks; the first `sinks` rows stay", replaces="evict")
def evicts_the_sinks(k, v, window, sinks):
    return cut(k, 0, window), cut(v, 0, window)


@mistake("you keep the last window + sinks rows; the first `sinks` stay", replaces="evict")
def longer_window_for_sinks(k, v, window, sinks):
    return cut(k, 0, window + sinks), cut(v, 0, window + sinks)


@mistake("you keep the sinks alone; the last `window` rows stay as well", replaces="evict")
def keeps_the_sinks_alone(k, v, window, sinks):
    return cut(k, sinks, 0), cut(v, sinks, 0)


@mistake("rows of a short cache stand twice; let the last begin after the sinks", replaces="evict")
def rows_twice(k, v, window, sinks):
    return tuple(np.concatenate([x[..., :sinks, :], x[..., -window:, :]], axis=-2) for x in (k, v))


@mistake("you put the window before the sinks; the order of the rows stays", replaces="evict")
def sinks_behind(k, v, window, sinks):
    start = max(sinks, k.shape[-2] - window)
    return tuple(np.concatenate([x[..., start:, :], x[..., :sinks, :]], axis=-2) for x in (k, v))


@mistake("you evict along the first axis; time is the last axis but one", replaces="evict")
def evicts_along_the_first_axis(k, v, window, sinks):
    return cut(k, sinks, window, 0), cut(v, sinks, window, 0)


@mistake("you evict features; time is the last axis but one", replaces="evict")
def evicts_features(k, v, window, sinks):
    return cut(k, sinks, window, -1), cut(v, sinks, window, -1)


@mistake("you evict keys and leave all values; each key needs its value", replaces="evict")
def leaves_the_values(k, v, window, sinks):
    return cut(k, sinks, window), v


@mistake("you return values and keys exchanged; keys come first", replaces="evict")
def values_first(k, v, window, sinks):
    return cut(v, sinks, window), cut(k, sinks, window)


@mistake("you return the keys alone; the values come back as well", replaces="evict")
def keys_alone(k, v, window, sinks):
    return cut(k, sinks, window)


@mistake("you drop one row; cut to `sinks` and `window`, however long it is", replaces="evict")
def drops_one_row(k, v, window, sinks):
    m = k.shape[-2]
    last = m - sinks - 1 if m > window + sinks else m
    return cut(k, sinks, last), cut(v, sinks, last)


@mistake("you keep `window` rows with the sinks; the sinks stay besides", replaces="evict")
def evicts_to_the_window(k, v, window, sinks):
    last = max(window - sinks, 1)
    return cut(k, sinks, last), cut(v, sinks, last)


@mistake("you keep one row of the window too few", replaces="evict")
def one_row_too_few(k, v, window, sinks):
    return cut(k, sinks, window - 1), cut(v, sinks, window - 1)


@mistake("you keep one row of the window too many", replaces="evict")
def one_row_too_many(k, v, window, sinks):
    return cut(k, sinks, window + 1), cut(v, sinks, window + 1)


@mistake("you write zeros for dropped rows, which still take weight; drop them", replaces="evict")
def zeros_for_dropped_rows(k, v, window, sinks):
    m = k.shape[-2]
    stays = np.array([t < sinks or t >= m - window for t in range(m)])[:, None]
    return np.where(stays, k, 0).astype(k.dtype), np.where(stays, v, 0).astype(v.dtype)


@mistake("you evict the newest rows; the last ones stay", replaces="evict")
def evicts_the_newest(k, v, window, sinks):
    return tuple(x[..., : window + sinks, :] for x in (k, v))


@mistake("you drop the sinks of a cache that fits; it stays whole", replaces="evict")
def short_cache_loses_its_sinks(k, v, window, sinks):
    first = 0 if k.shape[-2] <= window + sinks else sinks
    return cut(k, first, window), cut(v, first, window)


@mistake("you exchange window and sinks in the cache", replaces="evict")
def evict_arguments_exchanged(k, v, window, sinks):
    return cut(k, window, sinks), cut(v, window, sinks)


@mistake("you turn float32 into float64; dtypes stay", replaces="evict")
def evicts_into_float64(k, v, window, sinks):
    return tuple(cut(x, sinks, window).astype(np.float64) for x in (k, v))


@mistake("you move rows within the caller's arrays; make new ones", replaces="evict")
def moves_rows_in_place(k, v, window, sinks):
    size = min(k.shape[-2], window + sinks)
    for x in (k, v):
        x[..., :size, :] = cut(x, sinks, window)
    return k[..., :size, :], v[..., :size, :]


@mistake(
    "you put the latest rows before the sinks; what is kept stays in its order", replaces="evict"
)
def latest_before_the_sinks(k, v, window, sinks):
    m = k.shape[-2]
    kept = [*range(m - window, m), *range(sinks)] if m > window + sinks else [*range(m)]
    return np.take(k, kept, axis=-2), np.take(v, kept, axis=-2)


@mistake(
    "rows of a cache a little longer than the window stand twice; let the last begin after "
    "the sinks",
    replaces="evict",
)
def rows_twice_beyond_the_window(k, v, window, sinks):
    if k.shape[-2] <= window:
        return k, v
    return tuple(np.concatenate([x[..., :sinks, :], x[..., -window:, :]], axis=-2) for x in (k, v))
