"""ex27: four faulty listings to review. Mend each, then delete its first line, the `raise`."""

import numpy as np


def one_matrix_attention(x: np.ndarray, w_q: np.ndarray, w_k: np.ndarray) -> np.ndarray:
    """Listing 1. Meant: softmax(Q Kᵀ / √d_k) X with Q = X W_q and K = X W_k, over the keys.

    x: (..., n, d); w_q, w_k: (d, d_k); the values are the inputs themselves
    returns (..., n, d)
    """
    raise NotImplementedError("mend listing 1, then delete this line")
    scores = np.dot(x, w_q) / np.sqrt(x.shape[1])
    weights = np.softmax(scores)
    return np.dot(weights, x)


def embedding_attention(
    ids: np.ndarray, table: np.ndarray, w_q: np.ndarray, w_k: np.ndarray, w_v: np.ndarray
) -> np.ndarray:
    """Listing 2. Meant: look the ids up in one table, project three ways, attend with 1/√d_k.

    ids: (..., n) integers below V; table: (V, d); w_q, w_k: (d, d_k); w_v: (d, d_v)
    returns (..., n, d_v)
    """
    raise NotImplementedError("mend listing 2, then delete this line")
    inputs = w_q[ids], w_k[ids], w_v[ids]  # a query, a key and a value for each id
    query, value, key = inputs  # the order in which the library's layer takes them
    scores = np.matmul(query, np.swapaxes(key, -1, -2))
    weights = np.exp(scores) / np.sum(np.exp(scores), axis=-1, keepdims=True)
    return np.matmul(weights, value)


def batched_attention(x: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """Listing 3. Meant: softmax(X Xᵀ / √d) X for each sequence of a batch, under a mask.

    x: (B, n, d), queries, keys and values at once
    mask: boolean, broadcast to (B, n, n), True = may attend; a query with no key gets zeros
    returns (B, n, d)
    """
    raise NotImplementedError("mend listing 3, then delete this line")
    q = k = v = np.expand_dims(x, axis=1)  # (B, 1, n, d)
    scores = np.dot(q, k.T)
    if mask is not None:
        scores += mask
    weights = np.softmax(scores)
    out = np.dot(weights, v)
    return np.sum(out, axis=1)


def formula_attention(
    x: np.ndarray,
    w0: np.ndarray,
    b0: np.ndarray,
    w1: np.ndarray,
    b1: np.ndarray,
    w_q: np.ndarray,
    w_k: np.ndarray,
    w_v: np.ndarray,
) -> np.ndarray:
    """Listing 4. Meant: E = ReLU(X W0 + b0) W1 + b1, then softmax(Q Kᵀ / √d_k) V of E.

    x: (..., n, d), a row is an event; w0: (d, f), b0: (f,), w1: (f, d), b1: (d,)
    w_q, w_k: (d, d_k); w_v: (d, d_v); Q = E W_q, K = E W_k, V = E W_v
    returns (..., n, d_v)
    """
    raise NotImplementedError("mend listing 4, then delete this line")
    e = w1 @ np.maximum(w0 @ x + b0, 0)
    q, v = e @ w_q, e @ w_v
    scores = q @ q.T / np.sqrt(w_q.shape[-1])
    weights = np.exp(scores) / np.sum(np.exp(scores), axis=-1, keepdims=True)
    return weights @ v
