"""Checks of ex34: the choice and its weights, the mixture, then the balance loss on its edges."""

import numpy as np
from grader import normal

N, D, E, F, K = 13, 7, 5, 11, 3


def router(rng, n=N, d=D, e=E, dtype=np.float64):
    """x and w_router, with scores near one."""
    return normal(rng, n, d, dtype=dtype), normal(rng, d, e, dtype=dtype) / dtype(d**0.5)


def layer(rng, n=N, d=D, e=E, f=F, dtype=np.float64):
    """x, w_router, w1, w2."""
    w1, w2 = normal(rng, e, d, f, dtype=dtype), normal(rng, e, f, d, dtype=dtype)
    return *router(rng, n, d, e, dtype), w1 / dtype(d**0.5), w2 / dtype(f**0.5)


def probabilities(rng, n, e, sharp=1.0):
    """Rows that sum to 1."""
    p = np.exp(sharp * normal(rng, n, e))
    return p / p.sum(axis=1, keepdims=True)


def weights_experts_kind(module, x, w_router, k):
    """Both results, and whether the experts are whole numbers."""
    weights, experts = module.route(x, w_router, k)
    return weights, experts, str(np.asarray(weights).dtype), np.asarray(experts).dtype.kind in "iu"


def test_routes(check, rng):
    check("route", *router(rng), K)


def test_one_expert_a_token(check, rng):
    check("route", *router(rng), 1, says_="With k = 1 every weight is 1.")


def test_all_experts(check, rng):
    check("route", *router(rng), E, says_="With k = e every expert is chosen, best first.")


def test_many_experts(check, rng):
    says = "All k come in order, not only the first."
    check("route", *router(rng, n=6, e=64), 9, says_=says)
    # a partition of few numbers may come sorted
    check("route", *router(rng, n=9, e=700), 90, says_=says)


def test_one_token(check, rng):
    check("route", *router(rng, n=1, e=8), 2)


def test_scores_of_ten_thousand(check, rng):
    x, w_router = router(rng)
    check("route", 1e4 * x, w_router, K)
    says = "All scores of a token may be far below 0."
    check("route", np.abs(x), -3e3 * np.abs(w_router) - 1e3, K, says_=says)


def test_weights_keep_float32_and_experts_are_whole_numbers(check, rng):
    x, w_router = router(rng, dtype=np.float32)
    check.drive(weights_experts_kind, x, w_router, K, rtol_=1e-4, atol_=1e-5)


def test_route_leaves_its_inputs_alone(check, rng):
    check.unchanged("route", *router(rng), K)


def test_mixture(check, rng):
    check("mixture", *layer(rng), K)
    check("mixture", *layer(rng, n=11, d=5, e=7, f=3), 2)


def test_mixture_of_one_expert_a_token(check, rng):
    check("mixture", *layer(rng), 1)


def test_mixture_of_all_experts(check, rng):
    check("mixture", *layer(rng), E)


def test_mixture_of_one_token(check, rng):
    check("mixture", *layer(rng, n=1, e=8), 2)


def test_a_single_expert_is_an_mlp(check, rng):
    check("mixture", *layer(rng, e=1), 1)


def test_an_expert_that_nobody_chose(check, rng):
    x, w_router, w1, w2 = layer(rng)
    x = np.abs(x)
    w_router[:, E - 1] = -9.0
    w_router[:, 1] = -8.0
    check("mixture", x, w_router, w1, w2, 2)


def test_mixture_with_scores_of_ten_thousand(check, rng):
    x, w_router, w1, w2 = layer(rng)
    check("mixture", x, 1e4 * w_router, w1, w2, 2)


def test_mixture_keeps_float32(check, rng):
    check.dtype("mixture", *layer(rng, dtype=np.float32), K)


def test_mixture_leaves_its_inputs_alone(check, rng):
    check.unchanged("mixture", *layer(rng), 2)


def test_balance_loss(check, rng):
    experts = np.argsort(normal(rng, N, E), axis=1)[:, :K]
    check("balance_loss", probabilities(rng, N, E), experts)


def test_balance_loss_of_one_choice_a_token(check, rng):
    check("balance_loss", probabilities(rng, N, E, sharp=2.0), rng.integers(0, E, (N, 1)))


def test_balance_loss_where_the_last_experts_are_not_chosen(check, rng):
    experts = np.argsort(normal(rng, N, 4), axis=1)[:, :2]
    check("balance_loss", probabilities(rng, N, 7), experts)


def test_balance_loss_of_even_use_is_one(check, rng):
    says = "Even choices and even probabilities give 1, whatever e is."
    even = np.full((6, 3), 1 / 3)
    check("balance_loss", even, np.array([[0, 1], [1, 2], [2, 0]] * 2), says_=says)
    check("balance_loss", probabilities(rng, 5, 3), np.tile([0, 1, 2], (5, 1)), says_=says)


def test_balance_loss_where_all_go_to_one(check, rng):
    p = np.zeros((6, 4))
    p[:, 2] = 1
    check("balance_loss", p, np.full((6, 1), 2), says_="One expert for all gives e.")


def test_balance_loss_leaves_its_inputs_alone(check, rng):
    experts = np.argsort(normal(rng, N, E), axis=1)[:, :K]
    check.unchanged("balance_loss", probabilities(rng, N, E), experts)
