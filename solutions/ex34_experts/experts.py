"""Reference of ex34: choose, weigh, and gather the tokens of each expert in turn."""

import numpy as np


def route(x: np.ndarray, w_router: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k best experts of each token and the softmax over their scores (Mixtral, 2024)."""
    scores = x @ w_router
    experts = np.argsort(-scores, axis=1)[:, :k]
    chosen = np.take_along_axis(scores, experts, axis=1)
    e = np.exp(chosen - chosen.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True), experts


def mixture(
    x: np.ndarray, w_router: np.ndarray, w1: np.ndarray, w2: np.ndarray, k: int
) -> np.ndarray:
    """Σ over a token's experts i of weight · relu(x w1[i]) w2[i] (Shazeer et al. 2017, eq. 1)."""
    weights, experts = route(x, w_router, k)
    out = np.zeros_like(x)
    for i in range(len(w1)):
        tokens, places = np.nonzero(experts == i)
        hidden = np.maximum(x[tokens] @ w1[i], 0)
        out[tokens] += weights[tokens, places, None] * (hidden @ w2[i])
    return out


def balance_loss(probabilities: np.ndarray, experts: np.ndarray) -> float:
    """e · Σ f_i P_i (Fedus et al. 2021, equation 4)."""
    e = probabilities.shape[1]
    shares = np.bincount(experts.ravel(), minlength=e) / experts.size
    return float(e * np.sum(shares * probabilities.mean(axis=0)))
