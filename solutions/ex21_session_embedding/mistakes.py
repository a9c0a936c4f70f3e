"""What people get wrong in ex21: working functions, each with its misconception."""

import numpy as np
from grader import mistake


def is_real(x, lengths):
    return np.arange(x.shape[1]) < lengths[:, None]


def softmax(scores, real):
    """Softmax over the real events of each session; zeros where there is none."""
    scores = np.where(real, scores, -np.inf)
    peak = scores.max(axis=1, keepdims=True)
    p = np.exp(scores - np.where(np.isfinite(peak), peak, 0))
    total = p.sum(axis=1, keepdims=True)
    return p / np.where(total > 0, total, 1)


def pool(weights, x):
    return np.sum(weights[..., None] * x, axis=1)


@mistake("your softmax runs over the padding as well; only real events may take part")
def softmax_over_padding(x, w, lengths):
    scores = x @ w
    return pool(softmax(scores, np.ones_like(scores, bool)), x)


@mistake(
    "you take the softmax over all events and zero the padding afterwards, so the weights no "
    "longer sum to 1; mask before the softmax"
)
def mask_after_softmax(x, w, lengths):
    scores = x @ w
    weights = softmax(scores, np.ones_like(scores, bool))
    return pool(np.where(is_real(x, lengths), weights, 0), x)


@mistake("you set the scores of padding to 0, which is a score like any other; they must be −∞")
def zero_scores_for_padding(x, w, lengths):
    real = is_real(x, lengths)
    scores = np.where(real, x @ w, 0)
    return pool(softmax(scores, np.ones_like(real)), np.where(real[..., None], x, 0))


@mistake(
    "your padding has the score 0 and its rows of x are added with the share that gives; give it −∞"
)
def padding_takes_part_with_zero(x, w, lengths):
    real = is_real(x, lengths)
    return pool(softmax(np.where(real, x @ w, 0), np.ones_like(real)), x)


@mistake("your empty session becomes NaN; a session without events gives zeros")
def nan_for_empty_sessions(x, w, lengths):
    scores = np.where(is_real(x, lengths), x @ w, -np.inf)
    with np.errstate(invalid="ignore"):
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        return pool(p / p.sum(axis=1, keepdims=True), x)


@mistake(
    "your empty session is the average of its padding, as it is where −1e9 in every place "
    "cancels; it must give zeros"
)
def average_for_empty_sessions(x, w, lengths):
    scores = np.where(is_real(x, lengths), x @ w, np.asarray(-1e9, x.dtype))
    return pool(softmax(scores, np.ones_like(scores, bool)), x)


@mistake("you divide the scores by √d; this exercise has no scale")
def scaled(x, w, lengths):
    return pool(softmax(x @ w / np.sqrt(x.shape[-1]), is_real(x, lengths)), x)


@mistake("you average the real events; weigh them by the softmax of x · w")
def mean_of_events(x, w, lengths):
    return pool(softmax(np.zeros(x.shape[:2]), is_real(x, lengths)), x)


@mistake("you take the best event alone; sum all real events by their weights")
def best_event(x, w, lengths):
    real = is_real(x, lengths)
    best = np.argmax(np.where(real, x @ w, -np.inf), axis=1)
    return x[np.arange(len(x)), best] * (lengths > 0)[:, None]


@mistake("you take the last event; sum all real events by their weights")
def last_event(x, w, lengths):
    return x[np.arange(len(x)), np.maximum(lengths - 1, 0)] * (lengths > 0)[:, None]


@mistake("you use raw scores as weights; take their softmax")
def raw_scores(x, w, lengths):
    return pool(np.where(is_real(x, lengths), x @ w, 0), x)


@mistake("your weights are sigmoids and do not sum to 1; take the softmax over the session")
def sigmoid_weights(x, w, lengths):
    gate = 0.5 * (1 + np.tanh(0.5 * (x @ w)))
    return pool(np.where(is_real(x, lengths), gate, 0), x)


@mistake("you divide by the number of events after the softmax; its weights already sum to 1")
def divides_twice(x, w, lengths):
    weights = softmax(x @ w, is_real(x, lengths))
    return pool(weights, x) / np.maximum(lengths, 1)[:, None]


@mistake("your softmax runs over the sessions; it must run over the events of one session")
def softmax_over_sessions(x, w, lengths):
    real = is_real(x, lengths)
    return pool(softmax((x @ w).T, real.T).T, x)


@mistake("your softmax weighs features; there is one weight an event, from its score x · w")
def softmax_over_features(x, w, lengths):
    products = x * w
    p = np.exp(products - products.max(axis=-1, keepdims=True))
    real = is_real(x, lengths)[..., None]
    return np.sum(np.where(real, p / p.sum(axis=-1, keepdims=True) * x, 0), axis=1)


@mistake("you count one event too many; event i is real when i < length")
def one_event_too_many(x, w, lengths):
    return pool(softmax(x @ w, is_real(x, np.where(lengths > 0, lengths + 1, 0))), x)


@mistake("you take the padding to stand first; the real events do")
def padding_first(x, w, lengths):
    real = np.arange(x.shape[1]) >= x.shape[1] - lengths[:, None]
    return pool(softmax(x @ w, real), x)


@mistake("you use the length of the first session for all; each session has its own")
def one_length_for_all(x, w, lengths):
    return pool(softmax(x @ w, is_real(x, np.full_like(lengths, lengths[0]))), x)


@mistake("your softmax overflows; subtract the largest real score first")
def overflows(x, w, lengths):
    p = np.where(is_real(x, lengths), np.exp(x @ w), 0)
    total = p.sum(axis=1, keepdims=True)
    return pool(p / np.where(total > 0, total, 1), x)


@mistake(
    "you subtract the largest score of all, padding included, and every real weight underflows; "
    "take the largest over real events"
)
def peak_of_the_padding(x, w, lengths):
    scores = x @ w
    p = np.exp(scores - scores.max(axis=1, keepdims=True)) * is_real(x, lengths)
    total = p.sum(axis=1, keepdims=True)
    return pool(p / np.where(total > 0, total, 1), x)


@mistake(
    "you take one peak off the scores of the whole batch, so sessions far below it vanish; each "
    "session takes off its own"
)
def one_peak(x, w, lengths):
    scores = np.where(is_real(x, lengths), x @ w, -np.inf)
    peak = scores.max(initial=-np.inf)
    p = np.exp(scores - (peak if np.isfinite(peak) else 0))
    total = p.sum(axis=1, keepdims=True)
    return pool(p / np.where(total > 0, total, 1), x)


@mistake("you return float64 for float32; keep the dtype of x")
def promotes_float32(x, w, lengths):
    return pool(softmax(x.astype(np.float64) @ w, is_real(x, lengths)), x)


@mistake("you zero the caller's padding in place; the inputs must not change")
def changes_the_padding(x, w, lengths):
    real = is_real(x, lengths)
    x[~real] = 0
    return pool(softmax(x @ w, real), x)


@mistake("you squash the scores by tanh first (additive attention); the score is x · w alone")
def tanh_scores(x, w, lengths):
    return pool(
        softmax(np.tanh(x @ w), is_real(x, lengths)), np.where(is_real(x, lengths)[..., None], x, 0)
    )


@mistake("you leave out the last real event of each session; length 3 is places 0, 1, 2")
def last_event_left_out(x, w, lengths):
    real = is_real(x, np.maximum(lengths - 1, 0))
    return pool(softmax(x @ w, real), np.where(real[..., None], x, 0))


@mistake("you have a softmax for each feature, over x * w; x · w is one score an event")
def one_softmax_a_feature(x, w, lengths):
    real = is_real(x, lengths)[..., None]
    weights = softmax(x * w, np.broadcast_to(real, x.shape))
    return np.sum(weights * np.where(real, x, 0), axis=1)
