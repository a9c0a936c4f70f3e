"""ex34: experts of which each token visits k, and the loss that keeps them all busy."""

import numpy as np


def route(x: np.ndarray, w_router: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k experts of the highest scores for each token, best first, and their weights.

    x (n, d), w_router (d, e); scores are x @ w_router. Returns weights (n, k), the softmax over
    the k chosen scores, and experts (n, k), integers.
    """
    raise NotImplementedError


def mixture(
    x: np.ndarray, w_router: np.ndarray, w1: np.ndarray, w2: np.ndarray, k: int
) -> np.ndarray:
    """Each token's weighted sum over its k experts, relu(x w1[i]) w2[i].

    x (n, d), w_router (d, e), w1 (e, d, f), w2 (e, f, d). Returns (n, d).
    """
    raise NotImplementedError


def balance_loss(probabilities: np.ndarray, experts: np.ndarray) -> float:
    """e · Σ f_i P_i over the e experts.

    probabilities (n, e), a softmax over all experts for each token; experts (n, k), the choices.
    f_i is the share of all n · k choices that went to i, P_i the mean probability of i.
    """
    raise NotImplementedError
