"""What people get wrong in ex36: working functions, each with its misconception.

`search` is a right search with doors: every mistake opens one of them.
"""

import math

from grader import mistake


def normalised(total, length, alpha):
    return total / length**alpha if length else 0.0


def best_first(candidates, rank):
    return sorted(candidates, key=rank, reverse=True)


def search(
    model,
    prompt,
    steps,
    width,
    end=None,
    alpha=0.0,
    *,
    rank=None,
    final=None,
    see=lambda prompt, new: [*prompt, *new],
    has_ended=lambda new, end: end is not None and new[-1:] == [end],
    stays=lambda beam: [beam],
    extend=lambda beams: beams,
    order=best_first,
    keep=lambda ranked, width, ended: ranked[:width],
    start=1,
    gain=lambda log_p, token, end: log_p,
    join=lambda total, log_p, length: total + log_p,
    zero=0.0,
    stop=lambda beams, ended: False,
    choose=lambda beams, ended, value: beams[0],
):
    rank = rank or (lambda beam: normalised(beam[1], len(beam[0]), alpha))
    final = final or rank

    def ended(beam):
        return has_ended(beam[0], end)

    beams = [([], zero)] * start
    for _ in range(steps):
        candidates = []
        for new, total in beams:
            if ended((new, total)):
                candidates += stays((new, total))
                continue
            logs, length = model(see(prompt, new)), len(new) + 1
            gains = [float(gain(log_p, t, end)) for t, log_p in enumerate(logs)]
            children = [([*new, t], join(total, log_p, length)) for t, log_p in enumerate(gains)]
            candidates += extend(children)
        beams = keep(order(candidates, rank), width, ended) or beams
        if stop(beams, ended):
            break
    best = choose(beams, ended, final)
    return [*prompt, *best[0]], float(final(best))


def opened(name, diagnosis, **doors):
    """A mistake that is the search with doors opened, whatever it is asked."""

    def wrong(model, prompt, steps, width, end=None, alpha=0.0):
        return search(model, prompt, steps, width, end, alpha, **doors)

    wrong.__name__ = name
    mistake(diagnosis)(wrong)


@mistake("you take the best token at every step; keep `width` beginnings")
def greedy(model, prompt, steps, width, end=None, alpha=0.0):
    return search(model, prompt, steps, 1, end, alpha)


@mistake("you return the new tokens alone; the prompt comes first")
def returns_new_tokens(model, prompt, steps, width, end=None, alpha=0.0):
    tokens, score = search(model, prompt, steps, width, end, alpha)
    return tokens[len(prompt) :], score


opened(
    "returns_the_sum",
    "you return the plain sum as the score; divide it by the length to the power alpha",
    final=lambda beam: beam[1],
)


@mistake("you accept alpha and ignore it; the sum is divided by length ** alpha")
def ignores_alpha(model, prompt, steps, width, end=None, alpha=0.0):
    return search(model, prompt, steps, width, end)


@mistake("you count the prompt in the length; only new tokens count")
def counts_the_prompt(model, prompt, steps, width, end=None, alpha=0.0):
    def rank(beam):
        return normalised(beam[1], len(prompt) + len(beam[0]), alpha) if beam[0] else 0.0

    return search(model, prompt, steps, width, end, alpha, rank=rank)


@mistake("you use the penalty ((5 + length) / 6) ** alpha; here it is length ** alpha")
def penalty_of_another_paper(model, prompt, steps, width, end=None, alpha=0.0):
    def rank(beam):
        return beam[1] / ((5 + len(beam[0])) / 6) ** alpha

    return search(model, prompt, steps, width, end, alpha, rank=rank)


@mistake("you multiply by length ** alpha; divide by it")
def multiplies_by_the_length(model, prompt, steps, width, end=None, alpha=0.0):
    return search(
        model, prompt, steps, width, end, alpha, rank=lambda b: normalised(b[1], len(b[0]), -alpha)
    )


@mistake("you divide by the length times alpha; alpha is a power")
def alpha_as_a_factor(model, prompt, steps, width, end=None, alpha=0.0):
    def rank(beam):
        return beam[1] / (len(beam[0]) * alpha) if beam[0] and alpha else beam[1]

    return search(model, prompt, steps, width, end, alpha, rank=rank)


@mistake("you always divide by the length; with alpha 0 the score is the plain sum")
def always_the_mean(model, prompt, steps, width, end=None, alpha=0.0):
    return search(model, prompt, steps, width, end, 1.0)


@mistake(
    "you compare plain sums during the search and divide only at its end; beams are compared by "
    "their scores at every step"
)
def divides_only_at_the_end(model, prompt, steps, width, end=None, alpha=0.0):
    def value(beam):
        return normalised(beam[1], len(beam[0]), alpha)

    return search(
        *(model, prompt, steps, width, end, alpha),
        rank=lambda beam: beam[1],
        final=value,
        choose=lambda beams, ended, value: max(beams, key=value),
    )


@mistake("you do not count the token `end` in the length; it is a new token like the others")
def length_without_the_end(model, prompt, steps, width, end=None, alpha=0.0):
    def rank(beam):
        length = len(beam[0]) - (end is not None and beam[0][-1:] == [end])
        return beam[1] / max(length, 1) ** alpha

    return search(model, prompt, steps, width, end, alpha, rank=rank)


opened(
    "end_for_nothing",
    "you leave the log-probability of `end` out of the sum; ending is a choice, too",
    gain=lambda log_p, token, end: 0.0 if token == end else log_p,
)


@mistake("you continue beams that have ended; they stay as they are")
def ended_beams_go_on(model, prompt, steps, width, end=None, alpha=0.0):
    return search(model, prompt, steps, width, None, alpha)


@mistake("you continue beams that have ended until all of them have; each stays as it is")
def ended_beams_go_on_until_all_have_ended(model, prompt, steps, width, end=None, alpha=0.0):
    never = lambda new, end: False  # noqa: E731
    over = lambda beams, ended: all(end is not None and new[-1:] == [end] for new, _ in beams)  # noqa: E731
    return search(model, prompt, steps, width, end, alpha, has_ended=never, stop=over)


opened(
    "drops_ended_beams",
    "you drop beams that have ended; they stay and may win",
    stays=lambda beam: [],
)


@mistake("you put ended beams aside; they compete for the `width` places and may be pushed out")
def ended_beams_aside(model, prompt, steps, width, end=None, alpha=0.0):
    pool = []

    def keep(ranked, width, ended):
        first = ranked[:width]
        pool.extend(beam for beam in first if ended(beam))
        return [beam for beam in first if not ended(beam)]

    def value(beam):
        return normalised(beam[1], len(beam[0]), alpha)

    beams, left = [([], 0.0)], steps
    while left and beams:
        left -= 1
        candidates = []
        for new, total in beams:
            logs = model([*prompt, *new])
            candidates += [([*new, t], total + float(logs[t])) for t in range(len(logs))]
        beams = keep(best_first(candidates, value), width, lambda b: b[0][-1:] == [end])
    best = max(pool + beams, key=value)
    return [*prompt, *best[0]], float(value(best))


@mistake("you give ended beams a place beyond `width`; they take one of the `width` places")
def ended_beams_beyond_the_width(model, prompt, steps, width, end=None, alpha=0.0):
    def keep(ranked, width, ended):
        living = [beam for beam in ranked if not ended(beam)][:width]
        return [beam for beam in ranked if ended(beam) or any(beam is one for one in living)]

    return search(model, prompt, steps, width, end, alpha, keep=keep)


opened(
    "returns_at_the_first_end",
    "you return the first text that ends; the search goes on",
    stop=lambda beams, ended: any(map(ended, beams)),
    choose=lambda beams, ended, value: next(filter(ended, beams), beams[0]),
)


opened(
    "stops_when_the_best_has_ended",
    "you stop as soon as the best beam has ended; a longer one may overtake it when lengths count",
    stop=lambda beams, ended: ended(beams[0]),
)
opened(
    "prefers_the_ended",
    "you prefer a text that has ended to a better one that has not; the best of all wins",
    choose=lambda beams, ended, value: next(filter(ended, beams), beams[0]),
)


@mistake("you treat the end 0 as no end; test `end is not None`")
def zero_is_no_end(model, prompt, steps, width, end=None, alpha=0.0):
    return search(model, prompt, steps, width, end or None, alpha)


@mistake("you repeat `end` until all steps are done; an ended beam stays as it is")
def repeats_the_end(model, prompt, steps, width, end=None, alpha=0.0):
    tokens, score = search(model, prompt, steps, width, end, alpha)
    missing = len(prompt) + steps - len(tokens)
    return tokens + [end] * missing, score


@mistake("you leave the token `end` out of the answer; it is a new token like the others")
def cuts_the_end_off(model, prompt, steps, width, end=None, alpha=0.0):
    tokens, score = search(model, prompt, steps, width, end, alpha)
    ended = end is not None and len(tokens) > len(prompt) and tokens[-1] == end
    return tokens[: len(tokens) - ended], score


@mistake("you take an `end` in the prompt for the end of the text; only new tokens end it")
def prompt_that_ends(model, prompt, steps, width, end=None, alpha=0.0):
    return search(
        *(model, prompt, steps, width, end, alpha),
        has_ended=lambda new, end: end is not None and [*prompt, *new][-1:] == [end],
    )


@mistake("you take `end` anywhere in the sequence for its end; the prompt may hold it")
def end_anywhere(model, prompt, steps, width, end=None, alpha=0.0):
    if end in prompt:
        return list(prompt), 0.0
    return search(model, prompt, steps, width, end, alpha)


@mistake("you keep the best continuation of each beam; choose among those of all beams together")
def one_child_a_beam(model, prompt, steps, width, end=None, alpha=0.0):
    def extend(children):
        if len(children[0][0]) == 1:
            return children
        return [max(children, key=lambda beam: beam[1])]

    return search(model, prompt, steps, width, end, alpha, extend=extend)


@mistake("you keep `width` continuations of every beam, so the beams multiply; `width` in all")
def beams_multiply(model, prompt, steps, width, end=None, alpha=0.0):
    return search(
        *(model, prompt, min(steps, 9), width, end, alpha),
        extend=lambda children: best_first(children, lambda beam: beam[1])[:width],
        keep=lambda ranked, width, ended: ranked[:600],
    )


@mistake(
    "you begin with `width` copies of the prompt, so the beams are all the same; one is enough"
)
def begins_with_copies(model, prompt, steps, width, end=None, alpha=0.0):
    return search(model, prompt, steps, width, end, alpha, start=width)


opened(
    "larger_token_first",
    "of equal scores you take the larger token; take the smaller",
    extend=lambda children: children[::-1],
)


@mistake("of equal scores you take the later beam; take the earlier")
def later_beam_first(model, prompt, steps, width, end=None, alpha=0.0):
    def order(candidates, rank):
        parents = list(dict.fromkeys(tuple(new[:-1]) for new, _ in candidates))
        return sorted(
            candidates, key=lambda beam: (-rank(beam), -parents.index(tuple(beam[0][:-1])))
        )

    return search(model, prompt, steps, width, end, alpha, order=order)


@mistake("of equal scores you compare the tokens of the texts; the earlier beam goes first")
def ties_by_text(model, prompt, steps, width, end=None, alpha=0.0):
    def order(candidates, rank):
        return sorted(candidates, key=lambda beam: (-rank(beam), beam[0]))

    return search(model, prompt, steps, width, end, alpha, order=order)


@mistake("of equal scores you take an ended beam first; the earlier beam goes first")
def ended_first_among_equals(model, prompt, steps, width, end=None, alpha=0.0):
    def order(candidates, rank):
        return sorted(candidates, key=lambda beam: (-rank(beam), beam[0][-1:] != [end]))

    return search(model, prompt, steps, width, end, alpha, order=order)


opened(
    "keeps_the_worst",
    "you keep the worst candidates; keep the best",
    order=lambda c, rank: sorted(c, key=rank),
)
opened(
    "returns_the_last_beam",
    "you return the last beam; the best is asked",
    choose=lambda beams, ended, value: beams[-1],
)
opened(
    "sees_the_last_token",
    "you show the model the last token alone; hand it the whole sequence",
    see=lambda prompt, new: [*prompt, *new][-1:],
)
opened(
    "sees_the_prompt",
    "you show the model the prompt at every step; the new tokens belong to it as well",
    see=lambda prompt, new: list(prompt),
)
opened(
    "forgets_the_prompt",
    "you show the model the new tokens without the prompt",
    see=lambda prompt, new: new or prompt[-1:],
)
opened(
    "adds_probabilities",
    "you add probabilities; add their logarithms",
    gain=lambda log_p, token, end: math.exp(log_p),
)


@mistake("you multiply probabilities, which underflow; add their logarithms")
def multiplies_probabilities(model, prompt, steps, width, end=None, alpha=0.0):
    def rank(beam):
        return normalised(math.log(beam[1]) if beam[1] > 0 else -math.inf, len(beam[0]), alpha)

    return search(
        *(model, prompt, steps, width, end, alpha),
        rank=rank,
        zero=1.0,
        join=lambda p, log_p, length: p * math.exp(log_p),
    )


@mistake("you return a probability; the score is a logarithm")
def returns_a_probability(model, prompt, steps, width, end=None, alpha=0.0):
    tokens, score = search(model, prompt, steps, width, end, alpha)
    return tokens, math.exp(score)


@mistake("your score has the wrong sign; it is the sum of log-probabilities, not its negative")
def costs_instead_of_scores(model, prompt, steps, width, end=None, alpha=0.0):
    tokens, score = search(model, prompt, steps, width, end, alpha)
    return tokens, -score


opened(
    "newest_token_only",
    "you rank by the log-probability of the newest token alone; add up those of all new tokens",
    join=lambda total, log_p, length: log_p,
)


@mistake(
    "you carry the divided score on and add to it; keep the plain sum and divide when you compare"
)
def divides_again_and_again(model, prompt, steps, width, end=None, alpha=0.0):
    return search(
        *(model, prompt, steps, width, end, alpha),
        rank=lambda beam: beam[1],
        join=lambda score, log_p, length: (score + log_p) / length**alpha,
    )


@mistake("you add one token too many")
def one_step_too_many(model, prompt, steps, width, end=None, alpha=0.0):
    return search(model, prompt, steps + 1, width, end, alpha)


@mistake("you add one token too few")
def one_step_too_few(model, prompt, steps, width, end=None, alpha=0.0):
    return search(model, prompt, max(steps - 1, 0), width, end, alpha)


@mistake("your steps count the whole length; they count the tokens that are added")
def steps_as_total_length(model, prompt, steps, width, end=None, alpha=0.0):
    return search(model, prompt, max(steps - len(prompt), 0), width, end, alpha)


@mistake("you append to the caller's prompt; start from a copy")
def grows_the_prompt(model, prompt, steps, width, end=None, alpha=0.0):
    tokens, score = search(model, prompt, steps, width, end, alpha)
    prompt[:] = tokens
    return prompt, score


@mistake("you add to the array that the model returned; it is not yours to change")
def changes_the_models_array(model, prompt, steps, width, end=None, alpha=0.0):
    beams = [([], 0.0)]

    def rank(beam):
        return normalised(beam[1], len(beam[0]), alpha)

    for _ in range(steps):
        candidates = []
        for new, total in beams:
            if end is not None and new[-1:] == [end]:
                candidates.append((new, total))
                continue
            logs = model([*prompt, *new])
            logs += total
            candidates += [([*new, t], float(logs[t])) for t in range(len(logs))]
        beams = best_first(candidates, rank)[:width]
    return [*prompt, *beams[0][0]], rank(beams[0])
