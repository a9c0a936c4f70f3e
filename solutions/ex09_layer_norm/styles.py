"""Right answers to ex09 in other styles; each must pass."""

import math

import numpy as np
from grader import style


@style("loops over positions and features", replaces="layer_norm")
def layer_norm_loops(x, gain, bias, eps=1e-5):
    out = np.empty_like(x)
    d = x.shape[-1]
    for index in np.ndindex(x.shape[:-1]):
        row = x[index]
        mean = sum(float(number) for number in row) / d
        variance = sum((float(number) - mean) ** 2 for number in row) / d
        for j in range(d):
            out[(*index, j)] = (row[j] - mean) / math.sqrt(variance + eps) * gain[j] + bias[j]
    return out


@style("loops over positions and features", replaces="layer_norm_backward")
def layer_norm_backward_loops(dy, x, gain, bias, eps=1e-5):
    dx, dgain, dbias = np.empty_like(x), np.zeros_like(gain), np.zeros_like(bias)
    for index in np.ndindex(x.shape[:-1]):
        centred = x[index] - x[index].mean()
        std = math.sqrt(float((centred**2).mean()) + eps)
        normalised = centred / std
        g = dy[index] * gain
        dgain += dy[index] * normalised
        dbias += dy[index]
        dx[index] = (g - g.mean() - normalised * (g @ normalised) / len(g)) / std
    return dx, dgain, dbias


@style("einsum", replaces="layer_norm")
def layer_norm_einsum(x, gain, bias, eps=1e-5):
    d = x.shape[-1]
    centred = x - np.einsum("...d->...", x)[..., None] / d
    variance = np.einsum("...d,...d->...", centred, centred) / d
    return np.einsum("...d,...,d->...d", centred, (variance + eps) ** -0.5, gain) + bias


@style("einsum", replaces="layer_norm_backward")
def layer_norm_backward_einsum(dy, x, gain, bias, eps=1e-5):
    d = x.shape[-1]
    centred = x - np.einsum("...d->...", x)[..., None] / d
    inverse = (np.einsum("...d,...d->...", centred, centred) / d + eps) ** -0.5
    normalised = centred * inverse[..., None]
    g = dy * gain
    dot = np.einsum("...d,...d->...", g, normalised)
    dx = inverse[..., None] * (
        g - np.einsum("...d->...", g)[..., None] / d - normalised * dot[..., None] / d
    )
    rows = dy.reshape(-1, d)
    dgain = np.einsum("nd,nd->d", rows, normalised.reshape(-1, d))
    return dx, dgain, np.einsum("nd->d", rows)


@style("the textbook chain rule, step by step", replaces="layer_norm_backward")
def layer_norm_backward_stepwise(dy, x, gain, bias, eps=1e-5):
    d = x.shape[-1]
    centred = x - np.mean(x, axis=-1, keepdims=True)
    variance = np.var(x, axis=-1, keepdims=True)
    std = np.sqrt(variance + eps)
    dnormalised = dy * gain
    dvariance = (dnormalised * centred).sum(-1, keepdims=True) * -0.5 / (std * std * std)
    dmean = -dnormalised.sum(-1, keepdims=True) / std - 2 * dvariance * centred.mean(
        -1, keepdims=True
    )
    dx = dnormalised / std + dvariance * 2 * centred / d + dmean / d
    axes = tuple(range(x.ndim - 1))
    return dx, np.sum(dy * centred / std, axis=axes), np.sum(dy, axis=axes)


@style("the whole Jacobian of a row", replaces="layer_norm_backward")
def layer_norm_backward_jacobian(dy, x, gain, bias, eps=1e-5):
    d = x.shape[-1]
    rows, upstream = x.reshape(-1, d), dy.reshape(-1, d)
    centred = rows - rows.mean(axis=1, keepdims=True)
    std = np.sqrt((centred**2).mean(axis=1, keepdims=True) + eps)
    normalised = centred / std
    outer = normalised[:, :, None] * normalised[:, None, :]
    jacobian = (np.eye(d, dtype=x.dtype) - 1 / d - outer / d) / std[:, :, None]
    dx = ((upstream * gain)[:, None, :] @ jacobian)[:, 0, :]
    return dx.reshape(x.shape), (upstream * normalised).sum(axis=0), upstream.sum(axis=0)


@style("Fortran order, in place on its own copy", replaces="layer_norm")
def layer_norm_in_place(x, gain, bias, eps=1e-5):
    out = np.array(x, order="F")
    out -= out.mean(axis=-1, keepdims=True)
    out /= np.sqrt((out**2).mean(axis=-1, keepdims=True) + eps)
    out *= gain
    out += bias
    return out
