"""What people get wrong in ex43: working functions, each with its misconception."""

import functools

import numpy as np
from grader import mistake

backward_mistake = functools.partial(mistake, replaces="dpo_backward")


def margins(c, r, cr, rr):
    return (c - cr) - (r - rr)


def losses(x):
    """−log σ(x), without overflow."""
    return np.log1p(np.exp(-np.abs(x))) + np.maximum(-x, 0)


def sigmoid(x):
    small = np.exp(-np.abs(x))
    return np.where(x < 0, small, 1) / (1 + small)


# The margin


@mistake("your margin knows nothing of the references; subtract each answer's own")
def no_references(c, r, cr, rr, beta):
    return losses(beta * (c - r)).mean()


@mistake("your references have the wrong sign, added or exchanged; subtract each answer's own")
def references_added(c, r, cr, rr, beta):
    return losses(beta * ((c + cr) - (r + rr))).mean()


@mistake("you subtract the reference of the chosen answer alone; the rejected one has its own")
def reference_of_the_chosen_alone(c, r, cr, rr, beta):
    return losses(beta * (c - cr - r)).mean()


@mistake(
    "your bracket is open: c − c_ref − r − r_ref; it is c − c_ref − (r − r_ref), so the "
    "last reference is added"
)
def bracket_open(c, r, cr, rr, beta):
    return losses(beta * (c - cr - r - rr)).mean()


@mistake("you prefer the rejected answer: the margin is chosen minus rejected")
def prefers_the_rejected(c, r, cr, rr, beta):
    return losses(-beta * margins(c, r, cr, rr)).mean()


@mistake("you ignore beta; the margin is multiplied by it")
def no_beta(c, r, cr, rr, beta):
    return losses(margins(c, r, cr, rr)).mean()


@mistake("you divide the margin by beta; multiply")
def divided_by_beta(c, r, cr, rr, beta):
    return losses(margins(c, r, cr, rr) / beta).mean()


@mistake("your beta multiplies the model's part alone; it multiplies the whole margin")
def beta_on_the_model_alone(c, r, cr, rr, beta):
    return losses(beta * (c - r) - (cr - rr)).mean()


@mistake("your beta multiplies the loss; it belongs to the margin, inside the sigmoid")
def beta_on_the_loss(c, r, cr, rr, beta):
    return beta * losses(margins(c, r, cr, rr)).mean()


@mistake(
    "you divide log-probabilities by the references'; a ratio of probabilities is a difference"
)
def quotients_of_logarithms(c, r, cr, rr, beta):
    return losses(beta * (c / cr - r / rr)).mean()


@mistake("you compare probability ratios; the margin is a difference of their logarithms")
def ratios_of_probabilities(c, r, cr, rr, beta):
    with np.errstate(over="ignore", invalid="ignore"):
        return losses(beta * (np.exp(c - cr) - np.exp(r - rr))).mean()


@mistake("you take the absolute margin; which answer is ahead matters")
def absolute_margin(c, r, cr, rr, beta):
    return losses(beta * np.abs(margins(c, r, cr, rr))).mean()


# The loss


@mistake("your loss is summed over the pairs; take the mean")
def summed(c, r, cr, rr, beta):
    return losses(beta * margins(c, r, cr, rr)).sum()


@mistake("you return a loss for each pair; their mean is asked, one number")
def a_loss_for_each(c, r, cr, rr, beta):
    return losses(beta * margins(c, r, cr, rr))


@mistake("you take the loss of the mean margin; it is the mean of the losses")
def loss_of_the_mean(c, r, cr, rr, beta):
    return losses(beta * margins(c, r, cr, rr).mean())


@mistake("your loss lacks its minus: it is −log σ, which is never negative")
def minus_missing(c, r, cr, rr, beta):
    return -losses(beta * margins(c, r, cr, rr)).mean()


@mistake("your loss is 1 − σ; it is the negative logarithm of σ")
def no_logarithm(c, r, cr, rr, beta):
    return sigmoid(-beta * margins(c, r, cr, rr)).mean()


@mistake("your loss is e^(−x); it is log(1 + e^(−x))")
def exponential_loss(c, r, cr, rr, beta):
    with np.errstate(over="ignore"):
        return np.exp(-beta * margins(c, r, cr, rr)).mean()


@mistake("you smooth the labels, a share of the opposite answer's loss; there is none here")
def smoothed_labels(c, r, cr, rr, beta):
    x = beta * margins(c, r, cr, rr)
    return (0.9 * losses(x) + 0.1 * losses(-x)).mean()


@mistake("you take the median of the losses; it is their mean")
def median(c, r, cr, rr, beta):
    return np.median(losses(beta * margins(c, r, cr, rr)))


@mistake("your loss is a hinge, max(0, 1 − x); it is −log σ(x)")
def hinge(c, r, cr, rr, beta):
    return np.maximum(0, 1 - beta * margins(c, r, cr, rr)).mean()


@mistake("your loss is a square, as IPO has it; DPO takes −log σ")
def squared(c, r, cr, rr, beta):
    return ((margins(c, r, cr, rr) - 1 / (2 * beta)) ** 2).mean()


@mistake("your loss is the mean of −x, which has no end; −log σ(x) saturates for large margins")
def linear(c, r, cr, rr, beta):
    return -beta * margins(c, r, cr, rr).mean()


@mistake("your logarithm is to base 2; it must be the natural one")
def bits(c, r, cr, rr, beta):
    return (losses(beta * margins(c, r, cr, rr)) / np.asarray(np.log(2), c.dtype)).mean()


@mistake("you count both answers of a pair: the mean is over n pairs, not 2 n answers")
def mean_over_answers(c, r, cr, rr, beta):
    return losses(beta * margins(c, r, cr, rr)).mean() / 2


@mistake("your e^(−x) overflows for large negative margins; put −|x| into the exponent")
def overflows(c, r, cr, rr, beta):
    return np.log1p(np.exp(-beta * margins(c, r, cr, rr))).mean()


@mistake("you take the logarithm of a sigmoid that has become 0; simplify −log σ first")
def log_of_zero(c, r, cr, rr, beta):
    return -np.log(sigmoid(beta * margins(c, r, cr, rr))).mean()


@mistake("a floor inside the logarithm, a small number added or a clip, caps the loss of bad pairs")
def floor_in_the_logarithm(c, r, cr, rr, beta):
    small = np.asarray(1e-8, c.dtype)
    return -np.log(sigmoid(beta * margins(c, r, cr, rr)) + small).mean()


@mistake("you clip the margins; the loss of −10,000 is 10,000 times beta, not that of the bound")
def clipped(c, r, cr, rr, beta):
    return losses(np.clip(beta * margins(c, r, cr, rr), -30, 30)).mean()


@mistake("your loss is float64 for float32 numbers; a Python float, or np.float64, widens it")
def loss_promoted(c, r, cr, rr, beta):
    return float(losses(beta * margins(c, r, cr, rr)).mean())


@mistake("you subtract the reference in place and so change the caller's array; use a new one")
def subtracts_in_place(c, r, cr, rr, beta):
    c -= cr
    return losses(beta * (c - (r - rr))).mean()


# The gradient


def right(c, r, cr, rr, beta):
    dchosen = -beta * sigmoid(-beta * margins(c, r, cr, rr)) / len(c)
    return dchosen, -dchosen


@backward_mistake("your gradient climbs: the chosen answer's is negative, since its loss must fall")
def gradient_climbs(c, r, cr, rr, beta):
    return right(c, r, cr, rr, beta)[::-1]


@backward_mistake("your gradient is that of the sum; divide it by the number of pairs")
def gradient_of_the_sum(c, r, cr, rr, beta):
    return tuple(len(c) * one for one in right(c, r, cr, rr, beta))


@backward_mistake("your gradient lacks the factor beta, the inner derivative")
def gradient_without_beta(c, r, cr, rr, beta):
    dchosen = -sigmoid(-beta * margins(c, r, cr, rr)) / len(c)
    return dchosen, -dchosen


@backward_mistake("your sigmoid does not know beta; it is σ(−beta · margin)")
def sigmoid_without_beta(c, r, cr, rr, beta):
    dchosen = -beta * sigmoid(-margins(c, r, cr, rr)) / len(c)
    return dchosen, -dchosen


@backward_mistake("your factor is σ(x), which teaches most where the model is right; it is σ(−x)")
def sigmoid_of_the_margin(c, r, cr, rr, beta):
    dchosen = -beta * sigmoid(beta * margins(c, r, cr, rr)) / len(c)
    return dchosen, -dchosen


@backward_mistake("your factor is σ (1 − σ), the slope of σ; that of −log σ is −σ(−x)")
def slope_of_the_sigmoid(c, r, cr, rr, beta):
    p = sigmoid(beta * margins(c, r, cr, rr))
    dchosen = -beta * p * (1 - p) / len(c)
    return dchosen, -dchosen


@backward_mistake("your factor is the loss of each pair; it is the slope of that loss, σ(−x)")
def loss_for_slope(c, r, cr, rr, beta):
    dchosen = -beta * losses(beta * margins(c, r, cr, rr)) / len(c)
    return dchosen, -dchosen


@backward_mistake("all your pairs pull alike; each is weighed by σ(−x), little where it is right")
def no_weight(c, r, cr, rr, beta):
    dchosen = np.full_like(c, -beta / len(c))
    return dchosen, -dchosen


@backward_mistake("your pull is that of a hinge, all or nothing; it is σ(−x), which fades")
def pull_of_a_hinge(c, r, cr, rr, beta):
    behind = (beta * margins(c, r, cr, rr) < 1).astype(c.dtype)
    return -beta * behind / len(c), beta * behind / len(c)


@backward_mistake("your two gradients have one sign; the rejected answer is pushed the other way")
def one_sign(c, r, cr, rr, beta):
    dchosen, _ = right(c, r, cr, rr, beta)
    return dchosen, dchosen.copy()


@backward_mistake("you give the rejected answer no gradient; it is pushed down as hard")
def rejected_left_alone(c, r, cr, rr, beta):
    return right(c, r, cr, rr, beta)[0], np.zeros_like(r)


@backward_mistake("your rejected answer has the factor σ(x); both have the pair's σ(−x)")
def a_sigmoid_each(c, r, cr, rr, beta):
    x = beta * margins(c, r, cr, rr)
    return -beta * sigmoid(-x) / len(c), beta * sigmoid(x) / len(c)


@backward_mistake("your gradient forgets the references; the factor hangs on the whole margin")
def gradient_without_references(c, r, cr, rr, beta):
    dchosen = -beta * sigmoid(-beta * (c - r)) / len(c)
    return dchosen, -dchosen


@backward_mistake("you give gradients for the references too; the copy is frozen, two are asked")
def four_gradients(c, r, cr, rr, beta):
    dchosen, drejected = right(c, r, cr, rr, beta)
    return dchosen, drejected, drejected, dchosen


@backward_mistake("your gradient is one number; each pair has its own")
def gradient_averaged(c, r, cr, rr, beta):
    return tuple(np.full_like(one, one.mean()) for one in right(c, r, cr, rr, beta))


@backward_mistake("you divide by 2 n answers; the mean is over n pairs")
def gradient_over_answers(c, r, cr, rr, beta):
    return tuple(one / 2 for one in right(c, r, cr, rr, beta))


@backward_mistake("your e^x overflows for large margins; put −|x| into the exponent")
def gradient_overflows(c, r, cr, rr, beta):
    dchosen = -beta / (1 + np.exp(beta * margins(c, r, cr, rr))) / len(c)
    return dchosen, -dchosen


@backward_mistake("your e^(−x) overflows for large negative margins, to ∞/∞; put −|x| into it")
def gradient_overflows_to_nan(c, r, cr, rr, beta):
    e = np.exp(-beta * margins(c, r, cr, rr))
    dchosen = -beta * e / (1 + e) / len(c)
    return dchosen, -dchosen


@backward_mistake("your gradients are float64 for float32 numbers; an np.float64 widens them")
def gradient_promoted(c, r, cr, rr, beta):
    return tuple(np.float64(1) * one.astype(np.float64) for one in right(c, r, cr, rr, beta))


@backward_mistake("your gradient is written over the caller's chosen; make a new array")
def gradient_in_place(c, r, cr, rr, beta):
    c[...], drejected = right(c, r, cr, rr, beta)
    return c.copy(), drejected
