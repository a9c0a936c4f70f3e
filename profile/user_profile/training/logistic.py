"""Multinomial logistic regression and least squares, both with a ridge, on columns side by side."""

from typing import Self

import numpy as np
import scipy  # its parts load when they are first used

_RIDGE = 1e-3  # keeps the weights finite where classes can be told apart without error


class LogisticRegression:
    """Fitted on the columns of `features` (N, F), scaled, and a constant."""

    def __init__(self, features: np.ndarray, ridge: float = _RIDGE) -> None:
        self.mean, self.spread = features.mean(0), features.std(0) + 1e-9
        self.x = self._columns(features)
        self.penalty = np.full((self.x.shape[1], 1), ridge)
        self.penalty[-1] = 0  # a constant held back would be wrong on the average

    def fit(
        self, labels: np.ndarray, classes: int | None = None, known: np.ndarray | None = None
    ) -> Self:
        """`labels` (N,), classes from 0 up; `weights` (F + 1, classes) are scaled.

        `known` (N,): log-odds of the last class that hold already; the rest is what they miss.
        """
        x, classes = self.x, classes or int(labels.max()) + 1
        hot = np.eye(classes)[labels]
        already = np.zeros((len(x), classes))
        already[:, -1] = 0 if known is None else known

        def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
            weights = flat.reshape(x.shape[1], classes)
            log_p = scipy.special.log_softmax(x @ weights + already, axis=1)
            value = -(hot * log_p).sum() / len(x) + (self.penalty * weights**2).sum() / 2
            slope = x.T @ (np.exp(log_p) - hot) / len(x) + self.penalty * weights
            return value, slope.ravel()

        start = np.zeros(x.shape[1] * classes)
        found = scipy.optimize.minimize(loss, start, jac=True, method="L-BFGS-B")
        self.weights = found.x.reshape(-1, classes)
        return self

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Chances (M, classes) for `features` (M, F)."""
        return scipy.special.softmax(self._columns(features) @ self.weights, axis=1)

    def unscaled(self) -> tuple[np.ndarray, np.ndarray]:
        """The same as weights (F, classes) and bias (classes,) of columns as they came."""
        weights = self.weights[:-1] / self.spread[:, None]
        return weights, self.weights[-1] - self.mean @ weights

    def _columns(self, features: np.ndarray) -> np.ndarray:
        scaled = (features.astype(np.float64) - self.mean) / self.spread
        return np.concatenate([scaled, np.ones((len(scaled), 1))], axis=1)


class LeastSquares(LogisticRegression):
    """Its sister for numbers instead of classes."""

    def fit(
        self, values: np.ndarray, classes: int | None = None, known: np.ndarray | None = None
    ) -> Self:
        """`values` (N,)."""
        x = self.x
        square = x.T @ x / len(x) + np.diag(self.penalty[:, 0])
        self.weights = np.linalg.solve(square, x.T @ values / len(x))[:, None]
        return self

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Values (M, 1) for `features` (M, F)."""
        return self._columns(features) @ self.weights
