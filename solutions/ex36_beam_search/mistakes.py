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
    value=normalised,
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
    rank = rank or (lambda beam: value(beam[1], len(beam[0]), alpha))
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


def opened(diagnosis, **by_name):
    """A mistake, by its name, that opens doors of the search or asks it for something else.

    What it opens may depend on what is asked.
    """
    ((name, doors),) = by_name.items()

    def wrong(model, prompt, steps, width, end=None, alpha=0.0):
        asked = {"prompt": prompt, "steps": steps, "width": width, "end": end, "alpha": alpha}
        return search(model, **asked | (doors(**asked) if callable(doors) else doors))

    wrong.__name__ = name
    mistake(diagnosis)(wrong)


opened("you take the best token at every step; keep `width` beginnings", greedy={"width": 1})


@mistake("you return the new tokens alone; the prompt comes first")
def returns_new_tokens(model, prompt, steps, width, end=None, alpha=0.0):
    tokens, score = search(model, prompt, steps, width, end, alpha)
    return tokens[len(prompt) :], score


opened(
    "you return the plain sum as the score; divide it by the length to the power alpha",
    returns_the_sum={"final": lambda beam: beam[1]},
)
opened(
    "you accept alpha and ignore it; the sum is divided by length ** alpha",
    ignores_alpha={"alpha": 0.0},
)


@mistake("you count the prompt in the length; only new tokens count")
def counts_the_prompt(model, prompt, steps, width, end=None, alpha=0.0):
    def rank(beam):
        return normalised(beam[1], len(prompt) + len(beam[0]), alpha) if beam[0] else 0.0

    return search(model, prompt, steps, width, end, alpha, rank=rank)


opened(
    "you use the penalty ((5 + length) / 6) ** alpha; here it is length ** alpha",
    penalty_of_another_paper={"value": lambda total, n, alpha: total / ((5 + n) / 6) ** alpha},
)
opened(
    "you multiply by length ** alpha; divide by it",
    multiplies_by_the_length={"value": lambda total, n, alpha: normalised(total, n, -alpha)},
)
opened(
    "you divide by the length times alpha; alpha is a power",
    alpha_as_a_factor={
        "value": lambda total, n, alpha: total / (n * alpha) if n and alpha else total
    },
)
opened(
    "you always divide by the length; with alpha 0 the score is the plain sum",
    always_the_mean={"alpha": 1.0},
)


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
    "you leave the log-probability of `end` out of the sum; ending is a choice, too",
    end_for_nothing={"gain": lambda log_p, token, end: 0.0 if token == end else log_p},
)
opened("you continue beams that have ended; they stay as they are", ended_beams_go_on={"end": None})


@mistake("you continue beams that have ended until all of them have; each stays as it is")
def ended_beams_go_on_until_all_have_ended(model, prompt, steps, width, end=None, alpha=0.0):
    never = lambda new, end: False  # noqa: E731
    over = lambda beams, ended: all(end is not None and new[-1:] == [end] for new, _ in beams)  # noqa: E731
    return search(model, prompt, steps, width, end, alpha, has_ended=never, stop=over)


opened(
    "you drop beams that have ended; they stay and may win",
    drops_ended_beams={"stays": lambda beam: []},
)


@mistake("you put ended beams aside; they compete for the `width` places and may be pushed out")
def ended_beams_aside(model, prompt, steps, width, end=None, alpha=0.0):
    def value(beam):
        return normalised(beam[1], len(beam[0]), alpha)

    beams, pool = [([], 0.0)], []
    for _ in range(steps):
        candidates = []
        for new, total in beams:
            logs = model([*prompt, *new])
            candidates += [([*new, t], total + float(logs[t])) for t in range(len(logs))]
        first = best_first(candidates, value)[:width]
        pool += [beam for beam in first if beam[0][-1:] == [end]]
        beams = [beam for beam in first if beam[0][-1:] != [end]]
    best = max(pool + beams, key=value)
    return [*prompt, *best[0]], float(value(best))


@mistake("you give ended beams a place beyond `width`; they take one of the `width` places")
def ended_beams_beyond_the_width(model, prompt, steps, width, end=None, alpha=0.0):
    def keep(ranked, width, ended):
        living = [beam for beam in ranked if not ended(beam)][:width]
        return [beam for beam in ranked if ended(beam) or any(beam is one for one in living)]

    return search(model, prompt, steps, width, end, alpha, keep=keep)


opened(
    "you return the first text that ends; the search goes on",
    returns_at_the_first_end={
        "stop": lambda beams, ended: any(map(ended, beams)),
        "choose": lambda beams, ended, value: next(filter(ended, beams), beams[0]),
    },
)
opened(
    "you stop as soon as the best beam has ended; a longer one may overtake it when lengths count",
    stops_when_the_best_has_ended={"stop": lambda beams, ended: ended(beams[0])},
)
opened(
    "you prefer a text that has ended to a better one that has not; the best of all wins",
    prefers_the_ended={"choose": lambda beams, ended, value: next(filter(ended, beams), beams[0])},
)
opened(
    "you treat the end 0 as no end; test `end is not None`",
    zero_is_no_end=lambda end, **_: {"end": end or None},
)


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
    ended = lambda new, end: end is not None and [*prompt, *new][-1:] == [end]  # noqa: E731
    return search(model, prompt, steps, width, end, alpha, has_ended=ended)


@mistake("you take `end` anywhere in the sequence for its end; the prompt may hold it")
def end_anywhere(model, prompt, steps, width, end=None, alpha=0.0):
    if end in prompt:
        return list(prompt), 0.0
    return search(model, prompt, steps, width, end, alpha)


opened(
    "you keep the best continuation of each beam; choose among those of all beams together",
    one_child_a_beam={
        "extend": lambda children: (
            children if len(children[0][0]) == 1 else [max(children, key=lambda beam: beam[1])]
        )
    },
)


@mistake("you keep `width` continuations of every beam, so the beams multiply; `width` in all")
def beams_multiply(model, prompt, steps, width, end=None, alpha=0.0):
    return search(
        *(model, prompt, min(steps, 9), width, end, alpha),
        extend=lambda children: best_first(children, lambda beam: beam[1])[:width],
        keep=lambda ranked, width, ended: ranked[:600],
    )


opened(
    "you begin with `width` copies of the prompt, so the beams are all the same; one is enough",
    begins_with_copies=lambda width, **_: {"start": width},
)
opened(
    "of equal scores you take the larger token; take the smaller",
    larger_token_first={"extend": lambda children: children[::-1]},
)


@mistake("of equal scores you take the later beam; take the earlier")
def later_beam_first(model, prompt, steps, width, end=None, alpha=0.0):
    def order(candidates, rank):
        parents = list(dict.fromkeys(tuple(new[:-1]) for new, _ in candidates))
        return sorted(
            candidates, key=lambda beam: (-rank(beam), -parents.index(tuple(beam[0][:-1])))
        )

    return search(model, prompt, steps, width, end, alpha, order=order)


opened(
    "of equal scores you compare the tokens of the texts; the earlier beam goes first",
    ties_by_text={"order": lambda c, rank: sorted(c, key=lambda beam: (-rank(beam), beam[0]))},
)


@mistake("of equal scores you take an ended beam first; the earlier beam goes first")
def ended_first_among_equals(model, prompt, steps, width, end=None, alpha=0.0):
    def order(candidates, rank):
        return sorted(candidates, key=lambda beam: (-rank(beam), beam[0][-1:] != [end]))

    return search(model, prompt, steps, width, end, alpha, order=order)


opened(
    "you keep the worst candidates; keep the best",
    keeps_the_worst={"order": lambda c, rank: sorted(c, key=rank)},
)
opened(
    "you return the last beam; the best is asked",
    returns_the_last_beam={"choose": lambda beams, ended, value: beams[-1]},
)
opened(
    "you show the model the last token alone; hand it the whole sequence",
    sees_the_last_token={"see": lambda prompt, new: [*prompt, *new][-1:]},
)
opened(
    "you show the model the prompt at every step; the new tokens belong to it as well",
    sees_the_prompt={"see": lambda prompt, new: list(prompt)},
)
opened(
    "you show the model the new tokens without the prompt",
    forgets_the_prompt={"see": lambda prompt, new: new or prompt[-1:]},
)
opened(
    "you add probabilities; add their logarithms",
    adds_probabilities={"gain": lambda log_p, token, end: math.exp(log_p)},
)
opened(
    "you multiply probabilities, which underflow; add their logarithms",
    multiplies_probabilities={
        "value": lambda p, n, alpha: normalised(math.log(p) if p > 0 else -math.inf, n, alpha),
        "zero": 1.0,
        "join": lambda p, log_p, length: p * math.exp(log_p),
    },
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
    "you rank by the log-probability of the newest token alone; add up those of all new tokens",
    newest_token_only={"join": lambda total, log_p, length: log_p},
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


opened("you add one token too many", one_step_too_many=lambda steps, **_: {"steps": steps + 1})
opened(
    "you add one token too few", one_step_too_few=lambda steps, **_: {"steps": max(steps - 1, 0)}
)
opened(
    "your steps count the whole length; they count the tokens that are added",
    steps_as_total_length=lambda prompt, steps, **_: {"steps": max(steps - len(prompt), 0)},
)


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
