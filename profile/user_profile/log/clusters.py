"""Groups of points: k-means begun far apart, and how far two ways of grouping agree."""

import numpy as np
import scipy  # its parts load when they are first used


def centres(points: np.ndarray, size: int, rng: np.random.Generator, runs: int = 3) -> np.ndarray:
    """The best of some k-means runs over N points, each begun by k-means++, (at most size, D).

    Run until nothing moves, best by the squared distances that k-means makes small: other starts
    then end alike.
    """
    found = (
        scipy.cluster.vq.kmeans(points, spread_out(points, size, rng), thresh=1e-9)[0]
        for _ in range(runs)
    )
    return min(found, key=lambda c: float((scipy.cluster.vq.vq(points, c)[1] ** 2).sum()))


def nearest(points: np.ndarray, middles: np.ndarray) -> np.ndarray:
    """The middle that is nearest to each point, (N,)."""
    return scipy.cluster.vq.vq(points, middles)[0]


def spread_out(points: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Points drawn with odds of their squared distance to those drawn before. Arthur (2007)."""
    chosen = [points[rng.integers(len(points))]]
    closest = ((points - chosen[0]) ** 2).sum(axis=1)
    while len(chosen) < size:
        chosen.append(points[rng.choice(len(points), p=closest / closest.sum())])
        closest = np.minimum(closest, ((points - chosen[-1]) ** 2).sum(axis=1))
    return np.array(chosen)


def silhouette(points: np.ndarray, labels: np.ndarray) -> float:
    """Mean silhouette of N points (N, D) in at least two groups, from -1 to 1.

    (b - a) / max(a, b), with a the mean distance to one's own group, b to the nearest other.
    A point alone in its group counts 0. Rousseeuw (1987).
    """
    square = (points**2).sum(axis=1)
    distance = np.sqrt(np.maximum(square[:, None] + square - 2 * points @ points.T, 0))  # (N, N)
    member = labels[:, None] == np.unique(labels)  # (N, K)
    size = member.sum(axis=0)
    total = distance @ member.astype(points.dtype)  # (N, K)
    own_size = (member * size).sum(axis=1)
    within = (total * member).sum(axis=1) / np.maximum(own_size - 1, 1)
    other = np.where(member, np.inf, total / size).min(axis=1)
    score = (other - within) / np.maximum(np.maximum(within, other), 1e-12)
    return float(np.where(own_size > 1, score, 0.0).mean())


def adjusted_rand(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Agreement of two groupings of N points: 1 if they are the same, 0 as by chance.

    Hubert and Arabie (1985), equation 5.
    """
    shape = ours.max() + 1, theirs.max() + 1
    cells = np.bincount(np.ravel_multi_index((ours, theirs), shape), minlength=shape[0] * shape[1])
    cells = cells.reshape(shape).astype(float)

    def pairs(counts: np.ndarray) -> float:
        return float((counts * (counts - 1) / 2).sum())

    both, rows, columns = pairs(cells), pairs(cells.sum(1)), pairs(cells.sum(0))
    chance = rows * columns / max(pairs(np.array([len(ours)])), 1)
    most = (rows + columns) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)
