"""Multinomial logistic regression with scipy: what a careful analyst would try first."""

from typing import Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

_RIDGE = 1e-3  # keeps the weights finite where classes can be told apart without error


class LogisticRegression:
    """Fitted on the columns of ``features`` (N, F), scaled, and a constant."""

    def __init__(self, features: np.ndarray) -> None:
        self.mean, self.spread = features.mean(0), features.std(0) + 1e-9
        self.x = self._columns(features)

    def fit(self, labels: np.ndarray) -> Self:
        """``labels`` (N,), classes from 0 up."""
        x, classes = self.x, int(labels.max()) + 1
        hot = np.eye(classes)[labels]

        def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
            weights = flat.reshape(x.shape[1], classes)
            log_p = log_softmax(x @ weights, axis=1)
            value = -(hot * log_p).sum() / len(x) + _RIDGE / 2 * (weights**2).sum()
            return value, (x.T @ (np.exp(log_p) - hot) / len(x) + _RIDGE * weights).ravel()

        start = np.zeros(x.shape[1] * classes)
        self.weights = minimize(loss, start, jac=True, method="L-BFGS-B").x.reshape(-1, classes)
        return self

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Chances (M, classes) for ``features`` (M, F)."""
        return softmax(self._columns(features) @ self.weights, axis=1)

    def _columns(self, features: np.ndarray) -> np.ndarray:
        scaled = (features.astype(np.float64) - self.mean) / self.spread
        return np.concatenate([scaled, np.ones((len(scaled), 1))], axis=1)
