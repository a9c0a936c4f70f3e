"""Checks of ex13: clipping by the global norm, then the schedule from step 0 to past the end."""

import numpy as np
from grader import normal


def gradients(rng, scale=1.0, dtype=np.float64):
    """Arrays of several shapes and several sizes of numbers."""
    return {
        "table": scale * normal(rng, 5, 3, dtype=dtype),
        "w": dtype(0.1 * scale) * normal(rng, 2, 4, 3, dtype=dtype),
        "bias": dtype(3.0 * scale) * normal(rng, 7, dtype=dtype),
    }


def rates(module, steps, warmup, total, peak, **options):
    return [float(module.warmup_cosine(step, warmup, total, peak, **options)) for step in steps]


def arrays_alone(module, grads, max_norm):
    """The clipped arrays without the norm, whose type is free."""
    return module.clip_by_global_norm(grads, max_norm)[0]


def clipped_by_dtype(module, grads, max_norm):
    """The clipped arrays, each with the name of its dtype."""
    clipped = arrays_alone(module, grads, max_norm)
    return {name: (array, str(np.asarray(array).dtype)) for name, array in clipped.items()}


def caller_after(module, grads, max_norm):
    """What comes back, and what the caller's own dict holds afterwards."""
    clipped, norm = module.clip_by_global_norm(grads, max_norm)
    return clipped, float(norm), grads, clipped is grads


def test_long_gradients_are_shortened(check, rng):
    check("clip_by_global_norm", gradients(rng, 2.0), 1.5)


def test_long_gradients_of_other_sizes(check, rng):
    grads = {"a": 3 * normal(rng, 4, 6), "b": normal(rng, 5), "c": 40 * normal(rng, 1, 2)}
    check("clip_by_global_norm", grads, 2.5)


def test_short_gradients_stay_as_they_are(check, rng):
    check("clip_by_global_norm", gradients(rng, 0.05), 4.0)


def test_a_norm_equal_to_max_norm_is_not_clipped(check):
    check("clip_by_global_norm", {"a": np.array([3.0, 0.0]), "b": np.array([[-4.0]])}, 5.0)


def test_gradients_of_zero_stay_zero(check):
    check("clip_by_global_norm", {"a": np.zeros((2, 3)), "b": np.zeros(4)}, 0.7)


def test_large_gradients_stay_finite(check, rng):
    check("clip_by_global_norm", gradients(rng, 1e4), 0.3)


def test_a_tiny_max_norm(check, rng):
    check(
        "clip_by_global_norm",
        gradients(rng, 1e-4),
        2e-5,
        says_="a small number added to the norm shows when gradients are small",
        atol_=1e-13,
    )


def test_the_whole_schedule(check):
    check.drive(rates, list(range(26)), 5, 20, 0.3, floor=0.04)


def test_the_schedule_without_a_floor(check):
    check.drive(rates, [0, 1, 3, 7, 8, 12, 29, 30, 31, 55], 8, 30, 2.0)


def test_a_warm_up_of_one_step(check):
    check.drive(rates, [0, 1, 2, 5, 9, 10, 14], 1, 10, 0.5, floor=0.2)


def test_clipping_keeps_float32(check, rng):
    check.drive(clipped_by_dtype, gradients(rng, 2.0, np.float32), 1.5)


def test_clipping_makes_a_new_dict(check, rng):
    says = (
        "output[2] is your caller's dict afterwards, output[3] whether you returned that very dict"
    )
    check.drive(caller_after, gradients(rng, 2.0), 1.5, says_=says)
    check.drive(caller_after, gradients(rng, 0.05), 4.0, says_=says)


def test_clipping_leaves_the_gradients_alone(check, rng):
    check.unchanged("clip_by_global_norm", gradients(rng, 2.0), 1.5)
