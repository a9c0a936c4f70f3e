"""What people get wrong in ex41: working functions, each with its misconception."""

import numpy as np
from grader import mistake


def right_slopes(heads):
    return 2.0 ** (-8 * np.arange(1, heads + 1) / heads)


def distances(n):
    return np.arange(n)[:, None] - np.arange(n)


def with_future(table, future=-np.inf, k=1):
    """The table with something else above the k-th diagonal."""
    return np.where(np.triu(np.ones(table.shape[-2:], dtype=bool), k=k), future, table)


def straight(n, heads):
    return -right_slopes(heads)[:, None, None] * distances(n)


# The slopes


@mistake("your first slope is 1: you count heads from 0 in the exponent; it is h + 1", "slopes")
def heads_from_zero(heads):
    return 2.0 ** (-8 * np.arange(heads) / heads)


@mistake("your slopes halve from head to head, which is right for 8 heads alone; divide by heads")
def halves_from_head_to_head(heads):
    return 2.0 ** -np.arange(1, heads + 1)


@mistake("your slopes grow: the exponent is negative, −8 (h + 1) / heads")
def growing_slopes(heads):
    return 2.0 ** (8 * np.arange(1, heads + 1) / heads)


@mistake("your slopes are powers of e; the base is 2")
def powers_of_e(heads):
    return np.exp(-8 * np.arange(1, heads + 1) / heads)


@mistake("your slopes are those of rotary positions, with base 10000; here the last is 2^(−8)")
def rotary_frequencies(heads):
    return 10000.0 ** (-np.arange(heads) / heads)


@mistake("your slopes are in equal steps; they are in equal ratios, a power of 2 each")
def equal_steps(heads):
    return np.arange(heads, 0, -1) / heads


@mistake("your slopes are in reverse: head 0 is the steepest")
def reversed_slopes(heads):
    return right_slopes(heads)[::-1].copy()


@mistake("you divide the exponent as whole numbers; with 16 heads it has halves: use / and not //")
def whole_exponents(heads):
    return 2.0 ** -(8 * np.arange(1, heads + 1) // heads)


@mistake("every head has the same slope; the exponent grows with the head, −8 (h + 1) / heads")
def one_slope_for_all(heads):
    return np.full(heads, 2.0 ** (-8 / heads))


@mistake("your exponent lacks its 8: it is −8 (h + 1) / heads")
def no_eight(heads):
    return 2.0 ** (-np.arange(1, heads + 1) / heads)


@mistake("you divide the exponent by heads + 1; the last head has exponent −8", replaces="slopes")
def one_head_more(heads):
    return 2.0 ** (-8 * np.arange(1, heads + 1) / (heads + 1))


@mistake("your exponents end at −8 but start at −1 for any number of heads; start at −8 / heads")
def from_a_half_to_the_last(heads):
    return 2.0 ** -np.linspace(1, 8, heads)


@mistake("you return exponents; the slopes are 2 to their power")
def exponents(heads):
    return -8 * np.arange(1, heads + 1) / heads


@mistake("your slopes are float32; both tables are float64", replaces="slopes")
def slopes_of_float32(heads):
    return right_slopes(heads).astype(np.float32)


@mistake("your slopes are a list; an array is asked", replaces="slopes")
def list_of_slopes(heads):
    return right_slopes(heads).tolist()


# The table


@mistake("your table rewards distance; it is a penalty, −slope · (i − j)", replaces="alibi")
def rewards_distance(n, heads):
    return with_future(-straight(n, heads))


@mistake("your table penalises the future like the past and shows it; it must be −∞", "alibi")
def penalises_both_sides(n, heads):
    return -np.abs(straight(n, heads))


@mistake("your table leaves the future as it is, with a bonus; it must be −∞", replaces="alibi")
def future_left(n, heads):
    return straight(n, heads)


@mistake("your table is 0 in the future, which shows it; it must be −∞", replaces="alibi")
def future_of_zeros(n, heads):
    return np.tril(straight(n, heads))


@mistake("your table forbids a query its own place; −∞ begins at the next key", replaces="alibi")
def forbids_itself(n, heads):
    return with_future(straight(n, heads), k=0)


@mistake("your table shows the next key; −∞ begins right of the diagonal", replaces="alibi")
def one_step_of_the_future(n, heads):
    return with_future(straight(n, heads), k=2)


@mistake("your table is transposed: queries are rows, keys are columns", replaces="alibi")
def transposed(n, heads):
    return with_future(straight(n, heads)).swapaxes(-1, -2).copy()


@mistake("you write a large negative number for the future; −∞ itself is asked", "alibi")
def large_negative_number(n, heads):
    return with_future(straight(n, heads), future=-1e9)


@mistake("you multiply a mask by −∞, and 0 · ∞ is NaN; choose with np.where", replaces="alibi")
def mask_times_infinity(n, heads):
    return straight(n, heads) + np.triu(np.ones((n, n)), k=1) * -np.inf


@mistake("you count a query itself as one step away; its own distance is 0", replaces="alibi")
def distances_from_one(n, heads):
    return with_future(-right_slopes(heads)[:, None, None] * (distances(n) + 1))


@mistake(
    "you add slope · j: softmax sees no difference, but the table asked for is −slope · (i − j)",
    replaces="alibi",
)
def place_of_the_key(n, heads):
    return with_future(right_slopes(heads)[:, None, None] * np.tile(np.arange(n), (n, 1)))


@mistake("your penalty grows with the query's place alone; it is the distance i − j", "alibi")
def place_of_the_query(n, heads):
    return with_future(-right_slopes(heads)[:, None, None] * (distances(n) + np.arange(n)))


@mistake("you divide the distance by n; it is counted in places", replaces="alibi")
def distance_over_n(n, heads):
    return with_future(straight(n, heads) / n)


@mistake("your penalty grows with the square of the distance; it is linear", replaces="alibi")
def squared_distance(n, heads):
    return with_future(straight(n, heads) * np.abs(distances(n)))


@mistake("your table has no slopes; each head multiplies the distance by its own", "alibi")
def no_slopes(n, heads):
    return with_future(np.tile(-1.0 * distances(n), (heads, 1, 1)))


@mistake("all heads of your table have the first slope; each has its own", replaces="alibi")
def first_slope_for_all(n, heads):
    return np.repeat(with_future(straight(n, heads))[:1], heads, axis=0)


@mistake("your heads are on the last axis; they come first: (heads, n, n)", replaces="alibi")
def heads_last(n, heads):
    return np.moveaxis(with_future(straight(n, heads)), 0, -1).copy()


@mistake("your table is the factor exp(−slope · distance); it is added, so leave exp out", "alibi")
def exponential_of_it(n, heads):
    return np.exp(with_future(straight(n, heads)))


@mistake(
    "your table is a boolean mask; it holds the penalties that are added to the scores", "alibi"
)
def a_boolean_mask(n, heads):
    return np.tile(distances(n) >= 0, (heads, 1, 1))


@mistake("your penalty grows with the logarithm of the distance; it is linear", replaces="alibi")
def logarithm_of_the_distance(n, heads):
    return with_future(-right_slopes(heads)[:, None, None] * np.log1p(np.abs(distances(n))))


@mistake("your table is float32; both tables are float64", replaces="alibi")
def table_of_float32(n, heads):
    return with_future(straight(n, heads)).astype(np.float32)


TABLES: dict = {}


@mistake("you hand out the same table twice; a caller may change the one it got", "alibi")
def one_table_for_all_callers(n, heads):
    if (n, heads) not in TABLES:
        TABLES[n, heads] = with_future(straight(n, heads))
    return TABLES[n, heads]
