"""Checks of ex11: the loss, its gradient, large logits, dtype, inputs unchanged."""

import numpy as np
from grader import normal


def forward(logits, targets):
    """Cross-entropy, for the numerical derivative."""
    top = logits.max(axis=-1, keepdims=True)
    log_p = logits - top - np.log(np.exp(logits - top).sum(axis=-1, keepdims=True))
    return -np.take_along_axis(log_p, targets[..., None], axis=-1).mean()


def targets_for(rng, logits):
    return rng.integers(logits.shape[-1], size=logits.shape[:-1])


def far_apart(rng, *shape):
    """Logits of ±1e4, the targets not always among the largest."""
    logits = 1e4 * rng.choice([-1.0, 1.0], size=shape) + normal(rng, *shape)
    logits[0, 0] = normal(rng, shape[-1]) - 1e4  # a position that lies low as a whole
    return logits, targets_for(rng, logits)


def test_values(check, rng):
    logits = normal(rng, 5, 7)
    check("cross_entropy", logits, targets_for(rng, logits))


def test_the_mean_is_over_every_position(check, rng):
    logits = normal(rng, 3, 5, 8) - 0.5
    check("cross_entropy", logits, targets_for(rng, logits))


def test_four_axes(check, rng):
    logits = 2 * normal(rng, 2, 3, 4, 6)
    check("cross_entropy", logits, targets_for(rng, logits))


def test_a_single_position(check, rng):
    check("cross_entropy", normal(rng, 6), np.array(4))


def test_large_logits_give_the_exact_loss(check, rng):
    check("cross_entropy", *far_apart(rng, 2, 5, 7))


def test_backward_values(check, rng):
    logits = normal(rng, 5, 7)
    check("cross_entropy_backward", logits, targets_for(rng, logits))


def test_backward_with_leading_axes(check, rng):
    logits = normal(rng, 3, 5, 8) - 0.5
    check("cross_entropy_backward", logits, targets_for(rng, logits))
    logits = 2 * normal(rng, 2, 3, 4, 6)
    check("cross_entropy_backward", logits, targets_for(rng, logits))


def test_backward_of_repeated_targets(check, rng):
    check("cross_entropy_backward", normal(rng, 2, 4, 6), np.array([[3, 3, 0, 3], [1, 3, 3, 1]]))


def test_backward_of_a_single_position(check, rng):
    check("cross_entropy_backward", normal(rng, 6), np.array(4))


def test_backward_agrees_with_a_numerical_derivative(check, rng):
    logits = 1.5 * normal(rng, 2, 3, 5)
    targets = targets_for(rng, logits)
    check.gradient(
        "cross_entropy_backward",
        (logits, targets),
        forward=lambda z: forward(z, targets),
        wrt=(logits,),
        upstream=1.0,
    )


def test_backward_of_large_logits_is_finite(check, rng):
    check("cross_entropy_backward", *far_apart(rng, 2, 5, 7))


def test_float32_stays_float32(check, rng):
    logits = normal(rng, 3, 4, 6, dtype=np.float32)
    check.dtype("cross_entropy", logits, targets_for(rng, logits))


def test_backward_keeps_float32(check, rng):
    logits = normal(rng, 3, 4, 6, dtype=np.float32)
    check.dtype("cross_entropy_backward", logits, targets_for(rng, logits))


def test_inputs_unchanged(check, rng):
    logits = normal(rng, 2, 3, 5)
    check.unchanged("cross_entropy", logits, targets_for(rng, logits))


def test_backward_leaves_its_inputs_alone(check, rng):
    logits = normal(rng, 2, 3, 5)
    check.unchanged("cross_entropy_backward", logits, targets_for(rng, logits))
