"""Checks of ex36: small models given as tables, searched with every option, one at a time first."""

import numpy as np
from grader import normal


def row(tokens, rows):
    """The table's row for a sequence: it hangs on every token and its place."""
    tokens = np.asarray(tokens)
    return int(np.sum((tokens + 1) * (np.arange(tokens.size) + 2) ** 2)) % rows


def plain(value):
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return list(value) if isinstance(value, tuple) else value


def shown(answer):
    """Tokens as a list and the score as a float, whatever sequence and number they came as."""
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        return answer
    tokens, score = answer
    whole = isinstance(score, np.generic) or (isinstance(score, np.ndarray) and score.ndim == 0)
    return plain(tokens), score.item() if whole else score


def searched(module, table, prompt, steps, width, **options):
    """Tokens and score; the model's rows are those of the table."""

    def model(tokens):
        return table[row(tokens, len(table))]

    return shown(module.beam_search(model, prompt, steps, width, **options))


def walked(module, table, prompt, steps, width, **options):
    """As above, for a model that looks at the last token alone."""
    return shown(
        module.beam_search(lambda tokens: table[tokens[-1]], prompt, steps, width, **options)
    )


def model(rng, rows=29, tokens=5, spread=1.0):
    """Log-probabilities, one distribution a row."""
    logits = spread * normal(rng, rows, tokens)
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def test_sums_of_log_probabilities(check, rng):
    for steps, width in ((4, 3), (6, 2), (3, 4)):
        check.drive(searched, model(rng), [3, 1], steps, width)


def test_one_beam_is_greedy(check, rng):
    for steps in (1, 5):
        check.drive(searched, model(rng), [2], steps, 1)


def test_a_beam_as_wide_as_everything(check, rng):
    check.drive(searched, model(rng, tokens=3), [1], 4, 81, says_="All texts are compared.")
    check.drive(searched, model(rng, tokens=3), [1], 4, 200, end=2)


GARDEN = np.log([[0.02, 0.54, 0.44], [0.3, 0.36, 0.34], [0.9, 0.04, 0.06]])


def test_the_best_first_token_need_not_begin_the_best_text(check):
    check.drive(walked, GARDEN, [0], 2, 1)
    check.drive(walked, GARDEN, [0], 2, 2)
    check.drive(walked, GARDEN, [0], 5, 2)


def test_all_beams_may_come_from_one(check):
    """After token 0 everything is likelier than anything after token 1."""
    table = np.log([[0.40, 0.35, 0.25], [0.98, 0.01, 0.01], [0.97, 0.02, 0.01]])
    check.drive(walked, table, [2], 3, 2, says_="The best are chosen among all candidates.")
    table = np.log([[0.05, 0.50, 0.45], [0.96, 0.02, 0.02], [0.34, 0.33, 0.33]])
    for steps in (2, 3, 4):
        check.drive(walked, table, [2], steps, 2)


def test_a_beam_that_has_ended_stays(check, rng):
    for end in (4, 2, 1):
        check.drive(searched, model(rng), [3, 4], 5, 3, end=end)
    for _ in range(4):
        check.drive(searched, model(rng, tokens=4), [0], 6, 2, end=3)


def test_the_end_may_be_token_zero(check, rng):
    for _ in range(4):
        check.drive(searched, model(rng, tokens=3), [1, 2], 5, 2, end=0)


def test_an_ended_beam_may_be_pushed_out(check):
    """Token 2 ends. Its beam is third best at step 2, and would be best of all at the end."""
    says = "An ended beam has no place of its own: it is one of the `width`, or gone."
    table = np.log([[0.39, 0.39, 0.22], [0.36, 0.30, 0.34], [0.3, 0.3, 0.4]])
    for steps in (1, 2, 3, 7):
        for width in (1, 2, 3):
            check.drive(walked, table, [0], steps, width, end=2, says_=says)


def test_the_search_goes_on_when_the_best_has_ended(check):
    """With the length counted, a living beam overtakes one that ended early."""
    table = np.log([[0.3, 0.3, 0.4], [0.05, 0.93, 0.02], [0.2, 0.3, 0.5]])
    for steps in (1, 2, 4, 6):
        check.drive(walked, table, [2, 1, 0], steps, 2, end=2, alpha=1.0)


def test_the_length_counts_to_a_power(check, rng):
    for alpha in (0.7, 1.0, 2.3):
        check.drive(searched, model(rng), [3, 1, 1], 4, 3, alpha=alpha)


def test_texts_of_different_lengths(check, rng):
    for alpha in (0.4, 0.8, 1.0, 1.7):
        for end in (0, 3):
            check.drive(searched, model(rng, tokens=4), [2, 2, 1], 5, 3, end=end, alpha=alpha)


def test_the_length_counts_in_every_choice(check, rng):
    says = "Beams are compared by their scores at every step, not only at the last."
    for _ in range(6):
        table = model(rng, tokens=4, spread=0.7)
        check.drive(searched, table, [1, 3, 0, 1], 6, 2, end=2, alpha=1.3, says_=says)


def test_equal_scores(check):
    says = "Equal scores: the earlier beam first, then the smaller token."
    even = np.full((7, 4), -1.5)
    check.drive(searched, even, [2], 3, 3, says_=says)
    check.drive(searched, even, [2], 3, 5, end=1, says_=says)
    pairs = np.array([[-2.0, -1.0, -1.0, -2.0], [-1.5, -2.0, -0.5, -0.5]])
    for steps, width in ((1, 1), (1, 2), (2, 2), (3, 3), (4, 2)):
        check.drive(searched, pairs, [0], steps, width, says_=says)
    crossed = np.array([[-2.0, -1.0, -1.5], [-1.0, -1.0, -0.5], [-2.0, -0.5, -0.0]])
    for end in (None, 0, 1):
        check.drive(walked, crossed, [0], 3, 2, end=end, says_=says)


def test_equal_scores_of_two_beams(check):
    says = "The earlier beam is the one with the better score so far, not the smaller tokens."
    table = np.array([[-0.5, -4.0, -2.0], [-1.5, -3.0, -1.0], [-2.0, -1.0, -2.0]])
    check.drive(walked, table, [1], 2, 2, says_=says)
    check.drive(walked, table, [1], 3, 2, end=1, says_=says)


def test_many_equal_scores(check, rng):
    says = "Equal scores: the earlier beam first, then the smaller token."
    for width in (2, 3, 4):
        for end in (None, 0, 2):
            for steps in (2, 3, 3, 4, 5):
                table = -0.5 * rng.integers(1, 4, (11, 4))
                check.drive(searched, table, [1, 2], steps, width, end=end, says_=says)


def test_equal_scores_of_ended_and_living(check):
    says = "Equal scores: the earlier beam first, then the smaller token."
    table = np.array([[-1.0, -1.0, -3.0], [-0.0, -4.0, -2.0], [-1.0, -0.5, -0.5]])
    for end in (0, 1):
        for width in (1, 2, 3):
            check.drive(walked, table, [0], 4, width, end=end, says_=says)


def test_the_prompt_may_hold_the_end(check, rng):
    check.drive(searched, model(rng), [2, 4, 1], 3, 2, end=4)
    check.drive(searched, model(rng), [4, 4, 4, 0], 3, 2, end=4)


def test_the_prompt_may_close_with_the_end(check, rng):
    check.drive(searched, model(rng), [2, 4], 3, 2, end=4)
    check.drive(searched, model(rng), [4], 3, 2, end=4)


def test_more_steps_than_needed(check):
    table = np.log([[0.02, 0.03, 0.95], [0.04, 0.02, 0.94], [0.6, 0.3, 0.1]])
    check.drive(walked, table, [1], 40, 2, end=2)
    check.drive(walked, table, [0, 2, 0, 1], 40, 2, end=2, alpha=0.5)


def test_impossible_tokens(check, rng):
    table = model(rng, tokens=6)
    table[rng.random(table.shape) < 0.5] = -np.inf
    table[:, 1] = -1.0
    for end, alpha in ((None, 0.0), (3, 0.0), (1, 0.6)):
        check.drive(searched, table, [3, 0, 0], 4, 7, end=end, alpha=alpha)


def test_few_tokens_and_many_beams(check, rng):
    check.drive(searched, model(rng, tokens=3), [1, 0], 3, 5)
    check.drive(searched, model(rng, tokens=1), [0], 4, 3)


def test_no_steps(check, rng):
    table = model(rng)
    check.drive(searched, table, [3, 1], 2, 2)
    check.drive(searched, table, [3, 1], 0, 2)
    check.drive(searched, table, [3, 4], 0, 2, end=4, alpha=1.0)


def test_a_long_text(check, rng):
    says = "Add logarithms: a product of this many probabilities is 0 in floating point."
    check.drive(walked, model(rng, 53, 53, 0.3), [7], 240, 2, says_=says)


def test_float32_log_probabilities(check, rng):
    check.drive(searched, model(rng).astype(np.float32), [3, 1], 4, 3, alpha=0.5, rtol_=1e-4)


def searched_and_inputs(module, table, prompt, steps, width):
    """The answer, and whether the model's table and the prompt are what they were."""
    before = table.copy(), list(prompt)
    answer = searched(module, table, prompt, steps, width, end=1, alpha=0.5)
    return answer, np.array_equal(table, before[0]), prompt == before[1]


def test_inputs_are_unchanged(check, rng):
    says = "output[1]: the arrays that the model returned are as they were; output[2]: the prompt."
    check.drive(searched_and_inputs, model(rng), [2, 3], 4, 3, says_=says)
