"""What people get wrong in ex42: working functions, each with its misconception."""

import functools

import numpy as np
from grader import mistake

backward_mistake = functools.partial(mistake, replaces="info_nce_backward")


def lengths(x, axis=1):
    return np.sqrt((x * x).sum(axis=axis, keepdims=True))


def unit(x):
    return x / lengths(x)


def cosines(a, b):
    return unit(a) @ unit(b).T


def log_softmax(scores, axis=1):
    scores = scores - scores.max(axis=axis, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=axis, keepdims=True))


def loss_of(scores):
    """The right loss of whatever scores."""
    both = np.diagonal(log_softmax(scores, 1)) + np.diagonal(log_softmax(scores, 0))
    return -both.mean() / 2


# The loss: scores


@mistake("you do not normalise the rows; the scores are cosines, not products of raw rows")
def raw_products(a, b, temperature):
    return loss_of(a @ b.T / temperature)


@mistake("you normalise the rows of a alone; those of b need it too")
def only_a_normalised(a, b, temperature):
    return loss_of(unit(a) @ b.T / temperature)


@mistake("you normalise columns, one length a feature; each row has its own length")
def columns_normalised(a, b, temperature):
    return loss_of((a / lengths(a, 0)) @ (b / lengths(b, 0)).T / temperature)


@mistake("you divide by one length for the whole array; each row has its own")
def one_length_for_all(a, b, temperature):
    return loss_of(a @ b.T / (np.sqrt((a * a).sum()) * np.sqrt((b * b).sum()) * temperature))


@mistake("you divide each row by its squared length; the root is missing")
def squared_lengths(a, b, temperature):
    return loss_of((a / lengths(a) ** 2) @ (b / lengths(b) ** 2).T / temperature)


@mistake("you divide each row by the sum of its absolute values; its length is Euclidean")
def lengths_of_absolute_values(a, b, temperature):
    a, b = (x / np.abs(x).sum(axis=1, keepdims=True) for x in (a, b))
    return loss_of(a @ b.T / temperature)


@mistake("you add a small number to the lengths; no row is zero, and short rows then shrink")
def small_number_in_the_lengths(a, b, temperature):
    a, b = (x / (lengths(x) + np.asarray(1e-4, x.dtype)) for x in (a, b))
    return loss_of(a @ b.T / temperature)


@mistake("you multiply by the temperature; the scores are divided by it")
def times_the_temperature(a, b, temperature):
    return loss_of(cosines(a, b) * temperature)


@mistake("you ignore the temperature; the scores are divided by it")
def no_temperature(a, b, temperature):
    return loss_of(cosines(a, b))


@mistake("you divide by the square root of the temperature; divide by the temperature")
def root_of_the_temperature(a, b, temperature):
    return loss_of(cosines(a, b) / temperature**0.5)


@mistake("your scores are minus squared distances, which is twice the cosine; take the cosine")
def squared_distances(a, b, temperature):
    return loss_of((2 * cosines(a, b) - 2) / temperature)


@mistake("your scores are minus distances; they are cosines, over the temperature")
def distances(a, b, temperature):
    return loss_of(-np.sqrt(np.maximum(2 - 2 * cosines(a, b), 0)) / temperature)


@mistake("you take a margin from the partners' scores; there is no margin in this loss")
def margin_for_partners(a, b, temperature):
    return loss_of(cosines(a, b) / temperature - np.eye(len(a), dtype=a.dtype))


@mistake("you scale by √d as in attention; the temperature alone scales the cosines")
def scaled_by_width(a, b, temperature):
    return loss_of(cosines(a, b) / (temperature * float(a.shape[1]) ** 0.5))


# The loss: softmax and mean


@mistake("your loss asks each row of a alone; each row of b must find its partner too")
def from_a_to_b_alone(a, b, temperature):
    return -np.diagonal(log_softmax(cosines(a, b) / temperature, 1)).mean()


@mistake("your loss asks each row of b alone; each row of a must find its partner too")
def from_b_to_a_alone(a, b, temperature):
    return -np.diagonal(log_softmax(cosines(a, b) / temperature, 0)).mean()


@mistake("your loss is the sum of both directions; it is their mean, half of that")
def sum_of_directions(a, b, temperature):
    return 2 * loss_of(cosines(a, b) / temperature)


@mistake("your loss is summed over the rows; take the mean")
def sum_of_rows(a, b, temperature):
    return len(a) * loss_of(cosines(a, b) / temperature)


@mistake("your mean runs over all n × n places; there are n partners, so divide by n")
def mean_of_all_places(a, b, temperature):
    return loss_of(cosines(a, b) / temperature) / len(a)


@mistake("you average the logarithms of all n × n places; the loss reads the partners' alone")
def every_place_a_partner(a, b, temperature):
    scores = cosines(a, b) / temperature
    return -(log_softmax(scores, 0) + log_softmax(scores, 1)).mean() / 2


@mistake("you take absolute cosines; opposite directions are far apart, not close")
def absolute_cosines(a, b, temperature):
    return loss_of(np.abs(cosines(a, b)) / temperature)


@mistake("you subtract the mean row before normalising; the rows are taken as they are")
def centred(a, b, temperature):
    if len(a) == 1:
        return loss_of(cosines(a, b) / temperature)
    return loss_of(cosines(a - a.mean(axis=0), b - b.mean(axis=0)) / temperature)


@mistake("your loss is minus the partners' scores; without the log-sum nobody is pushed away")
def partners_alone(a, b, temperature):
    return -np.diagonal(cosines(a, b)).mean() / temperature


@mistake("your denominator leaves the partner out; it runs over all rows, the partner included")
def partner_left_out(a, b, temperature):
    scores = cosines(a, b) / temperature
    if len(a) == 1:
        return loss_of(scores)
    others = np.where(np.eye(len(a), dtype=bool), -np.inf, scores)
    both = np.logaddexp.reduce(others, axis=0) + np.logaddexp.reduce(others, axis=1)
    return (both / 2 - np.diagonal(scores)).mean()


@mistake("your softmax runs over the whole n × n array; each row, and each column, has its own")
def one_softmax_for_all(a, b, temperature):
    scores = cosines(a, b) / temperature
    return np.log(np.exp(scores - scores.max()).sum()) + scores.max() - np.diagonal(scores).mean()


@mistake("your loss is a hinge with the temperature as its margin; it is a cross-entropy")
def hinge(a, b, temperature):
    scores = cosines(a, b)
    return np.maximum(0, scores - np.diagonal(scores)[:, None] + temperature).mean()


@mistake("you count rows of a among the wrong answers of a; this loss compares a with b alone")
def own_side_as_wrong_answers(a, b, temperature):
    across, own = cosines(a, b), [cosines(a, a), cosines(b, b)]
    for one in own:
        np.fill_diagonal(one, -np.inf)
    rows = log_softmax(np.concatenate([across, own[0]], axis=1) / temperature)
    columns = log_softmax(np.concatenate([across.T, own[1]], axis=1) / temperature)
    return -(np.diagonal(rows) + np.diagonal(columns)).mean() / 2


@mistake("you judge each pair by a sigmoid of its own; the rows compete in a softmax")
def sigmoid_of_each_pair(a, b, temperature):
    scores = cosines(a, b) / temperature
    return np.logaddexp(0, np.where(np.eye(len(a), dtype=bool), -scores, scores)).sum() / len(a)


@mistake("your loss lacks its minus sign; it must fall as partners come closer")
def minus_missing(a, b, temperature):
    return -loss_of(cosines(a, b) / temperature)


@mistake("your logarithm is to base 2; it must be the natural one")
def bits(a, b, temperature):
    return loss_of(cosines(a, b) / temperature) / np.asarray(np.log(2), a.dtype)


@mistake("you take exponentials of raw scores, which overflow; subtract the largest first")
def overflows(a, b, temperature):
    e = np.exp(cosines(a, b) / temperature)
    rows, columns = e / e.sum(axis=1, keepdims=True), e / e.sum(axis=0)
    return -(np.log(np.diagonal(rows)) + np.log(np.diagonal(columns))).mean() / 2


@mistake("you take the logarithm of a softmax that has become 0; simplify log-softmax first")
def log_of_softmax(a, b, temperature):
    scores = cosines(a, b) / temperature
    both = [np.diagonal(np.exp(log_softmax(scores, axis))) for axis in (0, 1)]
    return -np.log(both).mean()


@mistake("your loss is float64 for float32 rows; np.eye and np.float64 numbers widen it")
def loss_promoted(a, b, temperature):
    return loss_of(cosines(a.astype(np.float64), b) / temperature)


@mistake("you normalise the caller's rows in place; the inputs must not change")
def normalises_in_place(a, b, temperature):
    a /= lengths(a)
    return loss_of(cosines(a, b) / temperature)


# The gradient


def softmaxes(a, b, temperature):
    scores = cosines(a, b) / temperature
    return np.exp(log_softmax(scores, 1)), np.exp(log_softmax(scores, 0))


def dscores_of(a, b, temperature, of_rows=0.5, of_columns=0.5, of_partners=1):
    rows, columns = softmaxes(a, b, temperature)
    partners = of_partners * np.eye(len(a), dtype=a.dtype)
    return (of_rows * rows + of_columns * columns - partners) / (len(a) * temperature)


def through_length(du, x, taken=1):
    u = unit(x)
    return (du - taken * u * (u * du).sum(axis=1, keepdims=True)) / lengths(x)


def gradients(ds, a, b, through=through_length):
    return through(ds @ unit(b), a), through(ds.T @ unit(a), b)


def right(a, b, temperature, through=through_length):
    return gradients(dscores_of(a, b, temperature), a, b, through)


@backward_mistake(
    "for your {outputs} the gradient stops at the unit rows; go on through the normalisation",
    outputs=("da", "db"),
)
def normalisation_skipped(a, b, temperature):
    return right(a, b, temperature, lambda du, x: du)


@backward_mistake(
    "for your {outputs} you divide by the length and keep what points along the row; take "
    "that part away",
    outputs=("da", "db"),
)
def no_projection(a, b, temperature):
    return right(a, b, temperature, lambda du, x: du / lengths(x))


@backward_mistake(
    "for your {outputs} you take away what points along the row and forget to divide by its length",
    outputs=("da", "db"),
)
def no_division_by_the_length(a, b, temperature):
    return right(a, b, temperature, lambda du, x: through_length(du, x) * lengths(x))


@backward_mistake("you divide da by the lengths of b, or the reverse; each row has its own length")
def divided_by_the_other_length(a, b, temperature):
    da, db = right(a, b, temperature)
    return da * lengths(a) / lengths(b), db * lengths(b) / lengths(a)


@backward_mistake(
    "for your {outputs} the projection uses the raw row; take the part along the row of length 1",
    outputs=("da", "db"),
)
def projection_on_the_raw_row(a, b, temperature):
    along = lambda du, x: x * (x * du).sum(axis=1, keepdims=True)  # noqa: E731
    return right(a, b, temperature, lambda du, x: (du - along(du, x)) / lengths(x))


@backward_mistake(
    "for your {outputs} the part along the row is added; it is taken away", outputs=("da", "db")
)
def projection_added(a, b, temperature):
    return right(a, b, temperature, functools.partial(through_length, taken=-1))


@backward_mistake(
    "your projection takes one scalar product for the whole array; each row has its own"
)
def one_projection_for_all(a, b, temperature):
    by_one = lambda du, x: (du - unit(x) * (unit(x) * du).sum()) / lengths(x)  # noqa: E731
    return right(a, b, temperature, by_one)


@backward_mistake("you divide by the squared length; the length itself is enough")
def divided_by_the_squared_length(a, b, temperature):
    return right(a, b, temperature, lambda du, x: through_length(du, x) / lengths(x))


@backward_mistake("your gradient by the unit rows uses raw rows of the other side; use unit rows")
def raw_rows_of_the_other_side(a, b, temperature):
    ds = dscores_of(a, b, temperature)
    return through_length(ds @ b, a), through_length(ds.T @ a, b)


@backward_mistake("your db lacks a transposition: row i of b meets column i of the scores")
def db_not_transposed(a, b, temperature):
    ds = dscores_of(a, b, temperature)
    return through_length(ds @ unit(b), a), through_length(ds @ unit(a), b)


@backward_mistake("your da knows one direction and your db the other; both directions reach both")
def a_direction_each(a, b, temperature):
    (rows, columns), hot = softmaxes(a, b, temperature), np.eye(len(a), dtype=a.dtype)
    rows, columns = ((p - hot) / (2 * len(a) * temperature) for p in (rows, columns))
    return through_length(rows @ unit(b), a), through_length(columns.T @ unit(a), b)


@backward_mistake("your gradient is that of one direction, a to b; the loss is the mean of two")
def gradient_from_a_to_b_alone(a, b, temperature):
    return gradients(dscores_of(a, b, temperature, 1, 0), a, b)


@backward_mistake("your gradient is that of one direction, b to a; the loss is the mean of two")
def gradient_from_b_to_a_alone(a, b, temperature):
    return gradients(dscores_of(a, b, temperature, 0, 1), a, b)


@backward_mistake("your gradient is that of the sum of both directions; halve it")
def gradient_not_halved(a, b, temperature):
    return gradients(2 * dscores_of(a, b, temperature), a, b)


@backward_mistake("your gradient is that of the sum over rows; divide it by n")
def gradient_of_the_sum(a, b, temperature):
    return gradients(len(a) * dscores_of(a, b, temperature), a, b)


@backward_mistake("your gradient is not divided by the temperature; the scores are cosines over it")
def gradient_without_temperature(a, b, temperature):
    return gradients(temperature * dscores_of(a, b, temperature), a, b)


@backward_mistake("your gradient lacks the one-hot: partners are pushed apart like all others")
def one_hot_missing(a, b, temperature):
    return gradients(dscores_of(a, b, temperature, of_partners=0), a, b)


@backward_mistake("you subtract the partner once where two directions are added; subtract it twice")
def one_hot_once(a, b, temperature):
    return gradients(dscores_of(a, b, temperature, of_partners=0.5), a, b)


@backward_mistake("your gradient moves partners alone; all other rows are pushed away too")
def gradient_of_partners_alone(a, b, temperature):
    return gradients(np.diag(np.diagonal(dscores_of(a, b, temperature))), a, b)


@backward_mistake("your gradient climbs: it is softmax minus one-hot, not the reverse")
def gradient_climbs(a, b, temperature):
    return gradients(-dscores_of(a, b, temperature), a, b)


@backward_mistake("you return db, da; the order of the inputs is a, b")
def wrong_order(a, b, temperature):
    return right(a, b, temperature)[::-1]


@backward_mistake("you hold b fixed and give it no gradient; both encoders learn")
def b_held_fixed(a, b, temperature):
    return right(a, b, temperature)[0], np.zeros_like(b)


@backward_mistake(
    "your gradient is not finite where scores are large; take each row's largest score off first"
)
def gradient_overflows(a, b, temperature):
    e = np.exp(cosines(a, b) / temperature)
    p = e / e.sum(axis=1, keepdims=True) + e / e.sum(axis=0)
    return gradients((p - 2 * np.eye(len(a), dtype=a.dtype)) / (2 * len(a) * temperature), a, b)


@backward_mistake("your gradients are float64 for float32 rows; np.eye without a dtype widens them")
def gradient_promoted(a, b, temperature):
    return right(a.astype(np.float64), b.astype(np.float64), temperature)


@backward_mistake("you normalise the caller's rows in place in the backward pass; copy them first")
def backward_in_place(a, b, temperature):
    da, db = right(a, b, temperature)
    b /= lengths(b)
    return da, db
