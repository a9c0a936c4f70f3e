"""What people get wrong in ex37: working functions, each with its misconception.

`judge` is a right round with doors: every mistake opens one of them.
"""

import numpy as np
from grader import mistake


def draw(weights, rng):
    total = np.cumsum(np.asarray(weights, dtype=np.float64))
    if total[-1] <= 0:
        return int(np.argmax(weights))
    return int(np.searchsorted(total, rng.random() * total[-1], side="right"))


def mended(p, q):
    return np.maximum(p - q, 0)


def judge(
    p,
    q,
    drafted,
    rng,
    keeps=lambda p, q, x, rng: rng.random() * q[x] < p[x],
    rest=lambda p, q, x: mended(p, q),
    pick=draw,
    last=lambda p, q: p[-1],
):
    tokens = []
    for i, x in enumerate(map(int, drafted)):
        if not keeps(p[i], q[i], x, rng):
            return [*tokens, pick(rest(p[i], q[i], x), rng)]
        tokens.append(x)
    return [*tokens, pick(last(p, q), rng)]


@mistake("you keep a token exactly if p ≥ q; below that it is kept with probability p / q")
def no_chance_below_one(p, q, drafted, rng):
    return judge(p, q, drafted, rng, keeps=lambda p, q, x, rng: p[x] >= q[x])


@mistake("you keep a token with probability p; it is p / q, since q has chosen it already")
def keeps_with_p(p, q, drafted, rng):
    return judge(p, q, drafted, rng, keeps=lambda p, q, x, rng: rng.random() < p[x])


@mistake("you keep a token with probability q / p; it is p / q")
def ratio_upside_down(p, q, drafted, rng):
    return judge(p, q, drafted, rng, keeps=lambda p, q, x, rng: rng.random() * p[x] < q[x])


@mistake("you keep a token with probability 1 − p / q; your comparison points the wrong way")
def comparison_turned(p, q, drafted, rng):
    return judge(p, q, drafted, rng, keeps=lambda p, q, x, rng: rng.random() * q[x] > p[x])


@mistake("you keep everything; a token is kept with probability min(1, p / q)")
def keeps_everything(p, q, drafted, rng):
    return judge(p, q, drafted, rng, keeps=lambda p, q, x, rng: True)


@mistake("you never keep a drafted token; it is kept with probability min(1, p / q)")
def keeps_nothing(p, q, drafted, rng):
    return judge(p, q, drafted, rng, keeps=lambda p, q, x, rng: False)


@mistake("you keep a token only if it is the large model's best; keep it by the ratio p / q")
def keeps_the_best_alone(p, q, drafted, rng):
    return judge(p, q, drafted, rng, keeps=lambda p, q, x, rng: x == np.argmax(p))


@mistake("you compare p / q with a half; compare it with a random number")
def keeps_above_a_half(p, q, drafted, rng):
    return judge(p, q, drafted, rng, keeps=lambda p, q, x, rng: p[x] >= 0.5 * q[x])


@mistake("you keep with probability p / (p + q); it is min(1, p / q)")
def keeps_by_share(p, q, drafted, rng):
    return judge(p, q, drafted, rng, keeps=lambda p, q, x, rng: rng.random() * (p[x] + q[x]) < p[x])


@mistake("you add a small number to q, which swallows small probabilities; q is above 0 already")
def ratio_with_an_epsilon(p, q, drafted, rng):
    return judge(p, q, drafted, rng, keeps=lambda p, q, x, rng: rng.random() * (q[x] + 1e-8) < p[x])


@mistake("you draw one random number for the whole draft; each decision needs its own")
def one_random_number(p, q, drafted, rng):
    u = rng.random()
    return judge(p, q, drafted, rng, keeps=lambda p, q, x, rng: u * q[x] < p[x])


@mistake("you accept or refuse the draft as a whole; judge token by token")
def all_or_nothing(p, q, drafted, rng):
    places = np.arange(len(drafted))
    ratio = np.minimum(1, p[places, drafted] / q[places, drafted])
    if rng.random() < np.prod(ratio):
        return [*map(int, drafted), draw(p[-1], rng)]
    return [draw(mended(p[0], q[0]), rng)]


@mistake("you refuse by the product of all ratios so far; each token is judged by its own ratio")
def running_product(p, q, drafted, rng):
    tokens, product = [], 1.0
    for i, x in enumerate(map(int, drafted)):
        product *= min(1.0, p[i, x] / q[i, x])
        if rng.random() >= product:
            return [*tokens, draw(mended(p[i], q[i]), rng)]
        tokens.append(x)
    return [*tokens, draw(p[-1], rng)]


@mistake("at a refusal you draw from p; draw from max(p − q, 0), else what q likes comes too often")
def refusal_from_p(p, q, drafted, rng):
    return judge(p, q, drafted, rng, rest=lambda p, q, x: p)


@mistake("at a refusal you draw from q; draw from max(p − q, 0)")
def refusal_from_q(p, q, drafted, rng):
    return judge(p, q, drafted, rng, rest=lambda p, q, x: q)


@mistake("at a refusal you draw from max(q − p, 0); it is max(p − q, 0)")
def difference_turned(p, q, drafted, rng):
    return judge(p, q, drafted, rng, rest=lambda p, q, x: mended(q, p))


@mistake("at a refusal you draw from |p − q|; what is negative counts as 0")
def absolute_difference(p, q, drafted, rng):
    return judge(p, q, drafted, rng, rest=lambda p, q, x: np.abs(p - q))


@mistake("at a refusal you draw from p without the refused token; draw from max(p − q, 0)")
def refused_token_left_out(p, q, drafted, rng):
    def rest(p, q, x):
        return np.where(np.arange(p.size) == x, 0, p)

    return judge(p, q, drafted, rng, rest=rest)


@mistake("at a refusal you draw from p / q; draw from max(p − q, 0)")
def refusal_by_ratio(p, q, drafted, rng):
    return judge(p, q, drafted, rng, rest=lambda p, q, x: p / np.maximum(q, 1e-300))


@mistake("you do not normalise max(p − q, 0), so what is missing falls to one token")
def difference_not_normalised(p, q, drafted, rng):
    def pick(weights, rng):
        place = np.searchsorted(np.cumsum(weights), rng.random(), side="right")
        return int(min(place, len(weights) - 1))

    return judge(p, q, drafted, rng, pick=pick)


@mistake("you normalise max(p − q, 0) by a softmax; divide it by its sum")
def softmax_of_the_difference(p, q, drafted, rng):
    return judge(p, q, drafted, rng, rest=lambda p, q, x: np.exp(mended(p, q)))


@mistake("at a refusal you take the token with the largest p − q; draw one")
def largest_difference(p, q, drafted, rng):
    tokens = []
    for i, x in enumerate(map(int, drafted)):
        if rng.random() * q[i, x] >= p[i, x]:
            return [*tokens, int(np.argmax(p[i] - q[i]))]
        tokens.append(x)
    return [*tokens, draw(p[-1], rng)]


@mistake("at a refusal you draw all tokens with p > q equally often; draw in proportion to p − q")
def uniform_over_the_difference(p, q, drafted, rng):
    return judge(p, q, drafted, rng, rest=lambda p, q, x: (p > q).astype(float))


@mistake("you return without a token at a refusal; one is drawn in its place")
def refusal_without_a_token(p, q, drafted, rng):
    tokens = []
    for i, x in enumerate(map(int, drafted)):
        if rng.random() * q[i, x] >= p[i, x]:
            return tokens
        tokens.append(x)
    return [*tokens, draw(p[-1], rng)]


@mistake("you keep the refused token beside the one that is drawn in its place")
def refused_token_stays(p, q, drafted, rng):
    tokens = []
    for i, x in enumerate(map(int, drafted)):
        tokens.append(x)
        if rng.random() * q[i, x] >= p[i, x]:
            return [*tokens, draw(mended(p[i], q[i]), rng)]
    return [*tokens, draw(p[-1], rng)]


@mistake("you go on after a refusal; the rest of the draft followed another token, so it is void")
def goes_on_after_a_refusal(p, q, drafted, rng):
    tokens = []
    for i, x in enumerate(map(int, drafted)):
        kept = rng.random() * q[i, x] < p[i, x]
        tokens.append(x if kept else draw(mended(p[i], q[i]), rng))
    return [*tokens, draw(p[-1], rng)]


@mistake("you leave refused tokens out and go on; nothing follows the first refusal")
def leaves_refused_tokens_out(p, q, drafted, rng):
    kept = [int(x) for i, x in enumerate(drafted) if rng.random() * q[i, int(x)] < p[i, int(x)]]
    return [*kept, draw(p[-1], rng)]


@mistake("you draw one more from p[k] after a refusal, too; nothing follows it")
def one_more_after_a_refusal(p, q, drafted, rng):
    tokens = judge(p, q, drafted, rng)
    refused = len(tokens) <= len(drafted)
    return [*tokens, draw(p[-1], rng)] if refused else tokens


@mistake("you draw nothing when all are kept; the large model's pass gives one more, from p[k]")
def nothing_more_when_all_are_kept(p, q, drafted, rng):
    tokens = judge(p, q, drafted, rng)
    return tokens[: len(drafted)] if len(drafted) else tokens


@mistake("when all are kept you draw from the row of the last drafted token; draw from p[k]")
def one_more_from_the_row_before(p, q, drafted, rng):
    return judge(p, q, drafted, rng, last=lambda p, q: p[max(len(p) - 2, 0)])


@mistake("when all are kept you draw from the first row; draw from p[k]")
def one_more_from_the_first_row(p, q, drafted, rng):
    return judge(p, q, drafted, rng, last=lambda p, q: p[0])


@mistake("when all are kept you draw from p[k] less the last row of q; there is no draft for it")
def one_more_from_a_difference(p, q, drafted, rng):
    rest = mended(p[-1], q[-1]) if len(q) else p[-1]
    return judge(p, q, drafted, rng, last=lambda p, q: rest if rest.any() else p[-1])


@mistake("when all are kept you take the best of p[k]; draw from it")
def one_more_is_the_best(p, q, drafted, rng):
    return judge(p, q, drafted, rng, last=lambda p, q: np.arange(p.shape[1]) == np.argmax(p[-1]))


@mistake("you judge token i by the row p[i + 1]; row i is for its place")
def rows_one_late(p, q, drafted, rng):
    tokens = []
    for i, x in enumerate(map(int, drafted)):
        if rng.random() * q[i, x] >= p[i + 1, x]:
            return [*tokens, draw(mended(p[i + 1], q[i]), rng)]
        tokens.append(x)
    return [*tokens, draw(p[-1], rng)]


@mistake("at a refusal you take the difference of the first rows; take those of the place refused")
def difference_of_the_first_rows(p, q, drafted, rng):
    tokens = []
    for i, x in enumerate(map(int, drafted)):
        if rng.random() * q[i, x] >= p[i, x]:
            return [*tokens, draw(mended(p[0], q[0]), rng)]
        tokens.append(x)
    return [*tokens, draw(p[-1], rng)]


@mistake("at a refusal you draw from p[k]; draw from max(p[i] − q[i], 0)")
def refusal_from_the_last_row(p, q, drafted, rng):
    tokens = []
    for i, x in enumerate(map(int, drafted)):
        if rng.random() * q[i, x] >= p[i, x]:
            break
        tokens.append(x)
    return [*tokens, draw(p[-1], rng)]


@mistake("you return how many are kept; return the tokens")
def returns_the_count(p, q, drafted, rng):
    return len(judge(p, q, drafted, rng)) - 1


@mistake("you return the last token alone; the tokens kept come before it")
def returns_the_last_alone(p, q, drafted, rng):
    return judge(p, q, drafted, rng)[-1:]


@mistake("you do not draw from rng; use the generator you are given")
def global_randomness(p, q, drafted, rng):
    return judge(p, q, drafted, np.random.default_rng())


@mistake("you start a new generator in every round, so every round is the same")
def reseeds(p, q, drafted, rng):
    return judge(p, q, drafted, np.random.default_rng(5))


@mistake("you write the difference into p; work on a copy")
def writes_into_p(p, q, drafted, rng):
    tokens = judge(p, q, drafted, rng)
    p[:-1] = mended(p[:-1], q)
    return tokens


@mistake("you write the drawn token into the draft; work on a copy")
def writes_into_the_draft(p, q, drafted, rng):
    tokens = judge(p, q, drafted, rng)
    drafted[: len(tokens)] = tokens[: len(drafted)]
    return tokens
