"""Checks of ex37: how often each outcome of a round occurs, to the nearest quarter or eighth.

Any right way of drawing passes: the probabilities of the outcomes lie in the middle of their bins,
five standard deviations or more from the borders.
"""

from collections import Counter

import numpy as np

HALF = np.array([[0.25, 0.75], [0.5, 0.5]])  # token 0 is kept with 1/2, token 1 always
EVEN = np.array([[0.5, 0.5]])
MENDED = np.array([[0.25, 0.25, 0.3125, 0.1875], [0.0, 1.0, 0.0, 0.0]])
DRAFT = np.array([[0.5, 0.25, 0.125, 0.125]])


def plain(answer):
    """Tokens as ints, in whatever sequence they came."""
    if not isinstance(answer, (list, tuple, np.ndarray)) or np.ndim(answer) != 1:
        return answer
    return [int(t) if isinstance(t, np.integer) else t for t in answer]


def rounds(module, p, q, drafted, seed, count):
    """What many rounds on one generator give, counted."""
    rng = np.random.default_rng(seed)
    return Counter(str(plain(module.accept(p, q, drafted, rng))) for _ in range(count))


def shares(module, p, q, drafted, seed, parts, count):
    counted = rounds(module, p, q, drafted, seed, count)
    rounded = {tokens: round(parts * times / count) for tokens, times in counted.items()}
    return ", ".join(f"{tokens} {n}/{parts}" for tokens, n in sorted(rounded.items()) if n)


def quarters(module, p, q, drafted, seed):
    """Which tokens come back, and how often to the nearest quarter."""
    return shares(module, p, q, drafted, seed, parts=4, count=400)


def eighths(module, p, q, drafted, seed):
    """Which tokens come back, and how often to the nearest eighth."""
    return shares(module, p, q, drafted, seed, parts=8, count=1600)


def outcomes(module, p, q, drafted, seed):
    """Which tokens come back at all."""
    return sorted(rounds(module, p, q, drafted, seed, 60))


def one_round(module, p, q, drafted, seed):
    """The tokens of one round that leaves nothing to chance."""
    return plain(module.accept(p, q, drafted, np.random.default_rng(seed)))


def draft(*tokens):
    return np.array(tokens, dtype=np.int64)


def certain(tokens, size):
    """One row a token, which has probability 1."""
    return np.eye(size)[list(tokens)]


def test_a_token_is_kept_by_its_ratio(check):
    check.drive(quarters, HALF, EVEN, draft(0), 10)
    p, q = np.array([[0.25, 0.75], [0.0, 1.0]]), np.array([[1.0, 0.0]])
    check.drive(quarters, p, q, draft(0), 11, says_="p / q is 1/4.")
    p, q = np.array([[0.375, 0.625], [0.0, 1.0]]), np.array([[0.5, 0.5]])
    check.drive(quarters, p, q, draft(0), 12, says_="p / q is 3/4.")


def test_a_token_the_large_model_likes_more_is_always_kept(check):
    check.drive(quarters, HALF, EVEN, draft(1), 21)
    p, q = np.array([[0.9, 0.1], [0.0, 1.0]]), np.array([[0.1, 0.9]])
    check.drive(outcomes, p, q, draft(0), 22)


def test_a_refusal_mends_the_difference(check):
    says = "At a refusal draw from max(p - q, 0), normalised."
    check.drive(eighths, MENDED, DRAFT, draft(0), 30, says_=says)
    p = np.array([[0.0, 0.5, 0.125, 0.375, 0.0], [1.0, 0.0, 0.0, 0.0, 0.0]])
    q = np.array([[0.25, 0.0, 0.375, 0.125, 0.25]])
    check.drive(quarters, p, q, draft(4), 31, says_=says)


def test_nothing_follows_a_refusal(check):
    p = np.concatenate([certain([2, 0, 1], 5), certain([4], 5)])
    q = np.concatenate([certain([3], 5), certain([0, 1], 5)])
    check.drive(one_round, p, q, draft(3, 0, 1), 41)


def test_all_are_kept_where_both_agree(check):
    rows = np.array([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3], [0.3, 0.3, 0.4], [0.1, 0.8, 0.1]])
    p = np.concatenate([rows, certain([2], 3)])
    check.drive(outcomes, p, rows, draft(0, 1, 2, 1), 51)
    check.drive(outcomes, p[[0, 2, 4]], rows[[0, 2]], draft(2, 0), 52)


def test_one_more_is_drawn_from_the_last_row(check):
    p = np.array([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0], [0.5, 0.25, 0.25, 0.0]])
    q = p[:2]
    check.drive(quarters, p, q, draft(1, 3), 61, says_="When all are kept, draw from p[k].")
    check.drive(quarters, p[[2, 1]], p[2:], draft(0), 62)
    p = np.array([[0.5, 0.5, 0.0], [0.5, 0.25, 0.25]])
    check.drive(quarters, p, p[:1], draft(1), 63, says_="No draft stands against p[k].")
    p = np.array([[0.0, 1.0, 0.0, 0.0], [0.125, 0.125, 0.125, 0.625]])
    check.drive(eighths, p, p[:1], draft(1), 64)


def test_each_place_has_its_own_rows(check):
    p = np.array([[0.5, 0.5, 0.0], [0.25, 0.25, 0.5], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    q = np.array([[0.5, 0.5, 0.0], [0.5, 0.25, 0.25], [1.0, 0.0, 0.0]])
    check.drive(quarters, p, q, draft(1, 0, 0), 70, says_="Place i: rows p[i] and q[i].")
    p = np.array([[0.5, 0.0, 0.5], [0.75, 0.25, 0.0], [0.0, 1.0, 0.0]])
    q = np.array([[1.0, 0.0, 0.0], [0.75, 0.25, 0.0]])
    check.drive(quarters, p, q, draft(0, 1), 71)


def test_each_decision_has_its_own_random_number(check):
    p = np.array([[0.5, 0.0, 0.5], [0.0, 0.5, 0.5], [1.0, 0.0, 0.0]])
    q = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    check.drive(quarters, p, q, draft(0, 1), 80)


def test_no_draft(check):
    p = np.array([[0.25, 0.5, 0.25]])
    check.drive(quarters, p, np.zeros((0, 3)), draft(), 91, says_="k may be 0: draw from p[0].")


def test_a_token_the_large_model_rules_out(check):
    p = np.array([[0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    q = np.array([[0.3, 0.5, 0.1, 0.1]])
    for token in (0, 1, 3):
        check.drive(outcomes, p, q, draft(token), 101)


def test_many_tokens(check, rng):
    drafted = rng.permutation(53)[:7]
    p = np.concatenate([certain(drafted, 53), certain([47], 53)])
    q = np.full((7, 53), 1 / 53)
    check.drive(one_round, p, q, drafted, 110, says_="Token ids come back.")
    p[4] = certain([31], 53)
    check.drive(one_round, p, q, drafted, 111)


def drawn_and_judged(rng, p, q):
    """A draft from q, token by token."""
    return np.array([rng.choice(row.size, p=row) for row in q])


def in_parts(counts, parts):
    """Each token's share in words: no number, as twice a frequency is not twice a value."""
    return " ".join(f"{round(parts * n / max(counts.sum(), 1))}/{parts}" for n in counts.tolist())


def first_tokens(module, p, q, seed, parts, count):
    """How often each token comes first, when the draft is drawn from q."""
    rng = np.random.default_rng(seed)
    counts = np.zeros(p.shape[1], dtype=int)
    for _ in range(count):
        counts[plain(module.accept(p, q, drawn_and_judged(rng, p, q), rng))[0]] += 1
    return in_parts(counts, parts)


def second_tokens(module, p, q, seed, parts, count):
    """How often each token comes second, among the rounds that have a second."""
    rng = np.random.default_rng(seed)
    tokens = [module.accept(p, q, drawn_and_judged(rng, p, q), rng) for _ in range(count)]
    second = [int(plain(one)[1]) for one in tokens if len(one) > 1]
    counts = np.bincount(second, minlength=p.shape[1])
    return in_parts(counts, parts)


def test_the_text_is_the_large_models(check):
    says = "Whatever the draft, tokens must come as often as the large model says."
    p = np.array([[0.25, 0.5, 0.25], [0.5, 0.25, 0.25]])
    q = np.array([[0.5, 0.2, 0.3]])
    check.drive(first_tokens, p, q, 121, 4, 700, says_=says)
    check.drive(second_tokens, p, q, 122, 4, 700, says_=says)
    p = np.array([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5], [0.3, 0.3, 0.4]])
    q = np.array([[0.4, 0.3, 0.3], [0.5, 0.4, 0.1]])
    check.drive(second_tokens, p, q, 123, 4, 700, says_=says)


def test_small_probabilities(check):
    tiny = 2.0**-50
    p = np.array([[tiny / 2, 1 - tiny / 2, 0.0], [1.0, 0.0, 0.0]])
    q = np.array([[tiny, 1 - tiny, 0.0]])
    says = "The ratio of two small numbers is a ratio like any other."
    check.drive(quarters, p, q, draft(0), 131, says_=says)
    p = np.array([[0.0, 0.5, 0.25 + tiny, 0.25], [1.0, 0.0, 0.0, 0.0]])
    q = np.array([[tiny, 0.5, 0.25, 0.25]])
    check.drive(outcomes, p, q, draft(0), 132, says_="The difference is to be normalised.")


def test_float32_probabilities(check):
    single = np.float32
    check.drive(quarters, HALF.astype(single), EVEN.astype(single), draft(0), 140)
    check.drive(eighths, MENDED.astype(single), DRAFT.astype(single), draft(0), 141)
    rows = np.array([[0.1, 0.2, 0.7], [0.3, 0.3, 0.4]], single)
    check.drive(outcomes, np.concatenate([rows, rows[:1]]), rows, draft(2, 0), 142)


def tokens_and_inputs(module, p, q, drafted, seed):
    """Outcomes of many rounds, and whether p, q and drafted are what they were."""
    before = p.copy(), q.copy(), drafted.copy()
    found = outcomes(module, p, q, drafted, seed)
    same = [bool(np.array_equal(a, b)) for a, b in zip(before, (p, q, drafted))]
    return found, same


def test_inputs_are_unchanged(check):
    says = "output[1] says whether p, q and drafted are still what they were."
    check.drive(tokens_and_inputs, MENDED, DRAFT, draft(0), 151, says_=says)
    p = np.array([[0.5, 0.5, 0.0], [0.25, 0.25, 0.5], [0.2, 0.3, 0.5]])
    check.drive(tokens_and_inputs, p, p[[1, 0]], draft(2, 1), 152, says_=says)


def repeats_itself(module, p, q, drafted, seed):
    def texts():
        rng = np.random.default_rng(seed)
        return [plain(module.accept(p, q, drafted, rng)) for _ in range(40)]

    return texts() == texts()


def test_the_same_seed_gives_the_same_tokens(check):
    says = "Two generators of one seed must give the same rounds."
    check.drive(repeats_itself, HALF, EVEN, draft(0), 161, says_=says)
    check.drive(repeats_itself, MENDED, DRAFT, draft(0), 162, says_=says)
