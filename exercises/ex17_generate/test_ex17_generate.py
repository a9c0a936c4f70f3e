"""Checks of ex17: which tokens are drawn, how often, and the loop around the draws.

Any right way of drawing passes, whatever random numbers it uses: which tokens occur, and how often
to the nearest quarter or eighth, comes out the same but for odds of one in hundreds of thousands.
The probabilities are chosen to lie in the middle of their bins.
"""

import math
import operator

import numpy as np

EVEN = np.array([1.5, -60.0, 1.5])
SOFT = np.log([0.18, 0.22, 0.13, 0.36, 0.11])
FLAT = np.log([0.10, 0.24, 0.19, 0.33, 0.14])
WIDE = np.array([11.0, 9.5, 0.0, 9.0])  # three tokens at temperature 1, all four at 9
THREE_TO_ONE = np.array([0.0, math.log(3.0), -1.2, -1.5])
LONG_TAIL = np.log([0.15, 0.14, 0.45, 0.13, 0.13])
TIED = np.array([2.0, 0.5, 2.0, 1.0, 2.0])


def tokens(module, logits, seed, options, count):
    rng = np.random.default_rng(seed)
    return [operator.index(module.sample(logits, rng, **options)) for _ in range(count)]


def drawn(module, logits, seed, options):
    """Which tokens occur in many draws."""
    return sorted(set(tokens(module, logits, seed, options, 112)))


def share(module, logits, seed, options, parts, count):
    counts = np.bincount(tokens(module, logits, seed, options, count), minlength=len(logits))
    return np.rint(parts * counts / count).astype(int)


def quarters(module, logits, seed, options):
    """How often each token occurs, to the nearest quarter."""
    return share(module, logits, seed, options, parts=4, count=288)


def eighths(module, logits, seed, options):
    """How often each token occurs, to the nearest eighth."""
    return share(module, logits, seed, options, parts=8, count=1600)


def drawn_at_once(module, logits, seed):
    """Which tokens occur in a few draws of an even chance."""
    return sorted(set(tokens(module, logits, seed, {}, 24)))


def fair(check, seed):  # every test begins with draws that no option touches
    check.drive(drawn_at_once, EVEN, seed)


def keeps(check, logits, seed, says="", **options):
    check.drive(drawn, logits, seed, options, says_=says)


def test_draws_follow_the_softmax(check):
    keeps(check, SOFT, 10)
    check.drive(quarters, THREE_TO_ONE[:2], 11, {})
    check.drive(quarters, -3 * np.ones(4), 12, {})
    check.drive(eighths, np.log([0.125, 0.125, 0.5, 0.125, 0.125]), 13, {})


def test_temperature_sharpens_and_flattens(check):
    fair(check, 20)
    keeps(check, WIDE, 21, temperature=9.0, says="Above 1 the temperature brings tokens closer.")
    keeps(check, SOFT, 22, temperature=0.02, says="Towards 0 the best token takes all.")
    check.drive(quarters, 2 * THREE_TO_ONE[:2], 23, {"temperature": 2.0})


def test_top_k_keeps_the_k_best(check):
    fair(check, 30)
    keeps(check, SOFT, 31, top_k=3)
    keeps(check, FLAT, 32, top_k=2)
    check.drive(quarters, THREE_TO_ONE, 33, {"top_k": 2}, says_="What is kept is renormalised.")


def worst_rank(module, logits, seed, options):
    """Whether every token drawn is one of the best; their order is not asked."""
    best = np.argsort(-logits)[: options["top_k"]]
    return set(tokens(module, logits, seed, options, 280)) <= set(best.tolist())


def test_top_k_of_many_tokens(check, rng):
    many = 0.1 * rng.permutation(53)
    fair(check, 134)
    keeps(check, many, 35, top_k=3)
    keeps(check, many - 1e4, 36, top_k=4, says="What is dropped is never drawn, however low.")
    # An order in which no partition at another place than the k-th leaves the right ones.
    most = 0.1 * np.random.default_rng(457).permutation(600)
    check.drive(worst_rank, most, 37, {"top_k": 23, "temperature": 400.0})


def test_top_k_of_everything_keeps_everything(check):
    fair(check, 130)
    keeps(check, SOFT, 34, top_k=5)


def test_top_p_keeps_the_token_that_crosses(check):
    fair(check, 40)
    keeps(check, SOFT, 41, top_p=0.7)
    keeps(check, FLAT, 42, top_p=0.62)
    check.drive(quarters, THREE_TO_ONE, 43, {"top_p": 0.8}, says_="What is kept is renormalised.")
    check.drive(quarters, LONG_TAIL, 49, {"top_p": 0.55}, says_="What is kept is renormalised.")


def how_many(module, logits, seed, options):
    """How many different tokens occur in many draws."""
    return len(drawn(module, logits, seed, options))


def test_top_p_that_is_met_exactly(check):
    fair(check, 141)
    check.drive(how_many, np.zeros(2), 46, {"top_p": 0.5}, says_="One token adds up to 0.5.")
    check.drive(how_many, np.zeros(4), 47, {"top_p": 0.5}, says_="Two tokens add up to 0.5.")


def test_top_p_below_the_best_keeps_the_best(check):
    fair(check, 140)
    keeps(check, SOFT, 44, top_p=0.1)


def test_top_p_of_one_keeps_everything(check):
    fair(check, 240)
    keeps(check, SOFT, 45, top_p=1.0)


def test_top_p_sees_the_temperature(check):
    fair(check, 50)
    keeps(check, SOFT, 51, temperature=0.4, top_p=0.7)
    keeps(check, SOFT, 52, temperature=3.0, top_p=0.7)


def test_top_p_counts_what_top_k_left(check):
    fair(check, 60)
    keeps(check, SOFT, 61, top_k=2, top_p=0.6)
    keeps(check, FLAT, 62, top_k=4, top_p=0.88)


def distance_to_the_kth(module, logits, seed, options):
    """How far the drawn tokens lie from the k-th best, whichever tie was kept."""
    kth = np.sort(logits)[-options["top_k"]]
    return sorted({float(logits[t] - kth) for t in tokens(module, logits, seed, options, 112)})


def test_ties_let_nothing_worse_through(check):
    fair(check, 70)
    keeps(check, SOFT, 71, top_k=3)
    check.drive(distance_to_the_kth, TIED, 72, {"top_k": 2})
    check.drive(distance_to_the_kth, TIED, 73, {"top_k": 3})


def test_logits_of_ten_thousand(check):
    fair(check, 80)
    check.drive(drawn, np.array([9e3, -1e4, 1e4, 0.0]), 81, {})
    check.drive(drawn, np.array([3.0, 9.0, 5.0]), 82, {"temperature": 1e-3})
    check.drive(drawn, np.array([9e3, -1e4, 1e4, 0.0]), 83, {"top_p": 0.9})


def test_top_p_of_low_logits(check, rng):
    low = 0.1 * rng.permutation(53) - 1e4
    fair(check, 88)
    keeps(check, low, 89, top_p=0.47, says="What is dropped is never drawn, however low.")


def test_float32_logits(check):
    fair(check, 84)
    keeps(check, SOFT.astype(np.float32), 85, temperature=1.5, top_k=4, top_p=0.9)
    check.drive(quarters, THREE_TO_ONE.astype(np.float32), 86, {"top_k": 2})


def drawn_after_other_options(module, logits, seed):
    """Draw with every option, then again with none from the same array."""
    drawn(module, logits, seed, {"temperature": 0.5, "top_k": 2, "top_p": 0.5})
    return drawn(module, logits, seed + 1, {})


def test_the_logits_are_unchanged(check):
    fair(check, 90)
    check.drive(drawn_after_other_options, SOFT, 91, says_="The logits must stay as they are.")


def repeats_itself(module, logits, seed):
    return tokens(module, logits, seed, {}, 40) == tokens(module, logits, seed, {}, 40)


def test_the_same_seed_draws_the_same_tokens(check):
    fair(check, 100)
    check.drive(repeats_itself, SOFT, 102, says_="Two generators of one seed must draw the same.")


def peaked(sequence):
    """Logits with one clear winner that depends on every token and on their places."""
    sequence = np.asarray(sequence)
    winner = int(np.sum((sequence + 1) * (np.arange(sequence.size) + 2) ** 2)) % 11
    return np.where(np.arange(11) == winner, 30.0, -30.0)


def continued(module, prompt, steps):
    """The text, as plain ints, and whether it came as a list."""
    text = module.generate(peaked, prompt, steps, np.random.default_rng(5))
    return [operator.index(token) for token in text], isinstance(text, list)


def test_generate_feeds_everything_back(check):
    check.drive(continued, [3, 1, 4], 9)
    check.drive(continued, [6], 4)


def test_generate_nothing_returns_the_prompt(check):
    check.drive(continued, [3, 1, 4], 5)
    check.drive(continued, [3, 1, 4], 0)


def soft_chain(sequence):
    """Soft logits that depend on the last token."""
    return np.array([0.0, 0.6, 0.3])[(np.arange(3) - sequence[-1]) % 3]


def texts_drawn(module, seed, sampling, count):
    """Which texts of two tokens occur among many."""
    rng = np.random.default_rng(seed)
    texts = [module.generate(soft_chain, [0], 2, rng, **sampling) for _ in range(count)]
    return sorted({tuple(map(operator.index, text)) for text in texts})


def test_generate_draws_every_token(check):
    check.drive(continued, [3, 1, 4], 5)
    check.drive(texts_drawn, 110, {}, 220)


def test_generate_passes_every_option_on(check):
    check.drive(continued, [3, 1, 4], 5)
    check.drive(texts_drawn, 121, {"top_k": 2}, 64)
    check.drive(texts_drawn, 122, {"top_p": 0.3}, 30)
    check.drive(texts_drawn, 123, {"temperature": 0.02}, 30)


def two_tokens(sequence):
    """Odds of three to one at temperature 0.25, whatever went before."""
    return THREE_TO_ONE[:2] / 4


def quarters_written(module, seed, sampling):
    """How often each token is written, to the nearest quarter."""
    text = module.generate(two_tokens, [0], 400, np.random.default_rng(seed), **sampling)
    return np.rint(4 * np.bincount(text[1:], minlength=2) / 400).astype(int)


def test_generate_draws_at_the_temperature_given(check):
    check.drive(continued, [3, 1, 4], 5)
    says = "The logits are divided by the temperature once."
    check.drive(quarters_written, 124, {"temperature": 0.25}, says_=says)


def continued_and_prompt(module, prompt, steps):
    text = module.generate(peaked, prompt, steps, np.random.default_rng(5))
    return list(map(operator.index, text)), prompt, text is prompt


def test_generate_leaves_the_prompt_unchanged(check):
    says = "output[1] is your caller's prompt afterwards, output[2] whether you returned it itself"
    check.drive(continued_and_prompt, [2, 5], 6, says_=says)
    check.drive(continued_and_prompt, [2, 5], 0, says_=says)
