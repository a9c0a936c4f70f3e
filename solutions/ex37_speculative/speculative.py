"""Reference of ex37."""

import numpy as np


def accept(
    p: np.ndarray, q: np.ndarray, drafted: np.ndarray, rng: np.random.Generator
) -> list[int]:
    """Keep while the dice allow it; what is drawn last mends the difference between p and q."""
    tokens: list[int] = []
    wanted = p[len(drafted)]
    for i, token in enumerate(drafted):
        if rng.random() * q[i, token] >= p[i, token]:
            wanted = np.maximum(p[i] - q[i], 0)
            break
        tokens.append(int(token))
    return [*tokens, int(rng.choice(wanted.size, p=wanted / wanted.sum()))]
