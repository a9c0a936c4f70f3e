"""Puts a student's functions where the toolkit's layers look for theirs, for as long as it takes.

Layers call passes in the one-rule form: `out, saved = forward(inputs)`, `backward(dout, saved)`.
The student's own `pairs` give that form to ex01 to ex11; what is left here is what belongs to the
layers: causal masks, columns of heads, unknown labels, parameters and their gradients.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import user_profile.model.evidence as evidence
import user_profile.model.loss as loss
from user_profile.model import ProfileModel, Sizes

import attention.layers.attention_pool as pool
import attention.layers.multi_head as multi_head
import attention.layers.norms as norms
from attention.layers import MLP

PROJECTIONS = ("w_q", "w_k", "w_v")


class LogSoftmaxSaved(NamedTuple):
    """What the basket loss looks at, and what the student's pair saved."""

    log_y: np.ndarray
    own: Any


@contextmanager
def in_place_of_the_toolkit(own: Any) -> Iterator[None]:
    """While it stands, the layers of the profile model call the functions of ``own``."""
    pairs = own.pairs(own)
    attend, attend_back = _attention(own, *pairs["attention"])
    turn, turn_back = _rotary(*pairs["rotary"])
    norm, norm_back = pairs["layer_norm"]
    replacements = [
        *((owner, "attention_forward", attend) for owner in (multi_head, pool, evidence)),
        *((owner, "attention_backward", attend_back) for owner in (multi_head, pool, evidence)),
        *((owner, "merge_heads", own.merge_heads) for owner in (multi_head, evidence)),
        (evidence, "split_heads", own.split_heads),
        *((multi_head, "rotary_forward", turn), (multi_head, "rotary_backward", turn_back)),
        *((norms, "layer_norm_forward", norm), (norms, "layer_norm_backward", norm_back)),
        *zip((MLP, MLP), ("forward", "backward"), _mlp(*pairs["mlp"]), strict=True),
        *zip((loss, loss), _names("log_softmax"), _log_softmax(*pairs["log_softmax"])),
        *zip((loss, loss), _names("cross_entropy"), _cross_entropy(*pairs["cross_entropy"])),
    ]
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in replacements]
    try:
        for owner, name, function in replacements:
            setattr(owner, name, function)
        yield
    finally:
        for owner, name, function in before:
            setattr(owner, name, function)


def _names(name: str) -> tuple[str, str]:
    return f"{name}_forward", f"{name}_backward"


def model_of(own: Any, sizes: dict[str, Any], seed: int) -> ProfileModel:
    """A profile model in float64 whose session blocks are ex15's, without biases in attention."""
    model = ProfileModel(Sizes(**sizes), rng=seed, dtype=np.float64)
    for block in model.sessions.encoder.blocks:
        block.self_attn.in_proj.bias = block.self_attn.out_proj.bias = None
        block.forward, block.backward = _encoder_block(own, block)
    return model


def _attention(own: Any, forward: Any, backward: Any) -> tuple[Any, Any]:
    def attention_forward(q, k, v, attn_mask=None, *, is_causal=False, **_):
        mask = own.causal_mask(q.shape[-2]) if is_causal else attn_mask
        return forward(q, k, v, mask)

    def attention_backward(dout, saved, into=None):
        gradients = backward(dout, saved)
        for room, gradient in zip(into or (), gradients):
            room[...] = gradient
        return gradients

    return attention_forward, attention_backward


def _rotary(forward: Any, backward: Any) -> tuple[Any, Any]:
    """The model pairs columns i and i + D/2; ex10 pairs neighbours, so columns change places."""

    def neighbours(width):
        order = np.arange(width).reshape(2, -1).T.ravel()
        return order, np.argsort(order)

    def rotary_forward(x, positions, *, base, pairing, scaling):
        order, back = neighbours(x.shape[-1])
        out, saved = forward(x[..., order], positions)
        return out[..., back], saved

    def rotary_backward(dout, saved):
        order, back = neighbours(dout.shape[-1])
        return backward(dout[..., order], saved)[..., back]

    return rotary_forward, rotary_backward


def _mlp(forward: Any, backward: Any) -> tuple[Any, Any]:
    def parameters(layer):
        linear = (layer.linear1, layer.linear2)
        return [parameter for one in linear for parameter in (one.weight, one.bias)]

    def mlp_forward(layer, x):
        return forward(x, *(parameter.data for parameter in parameters(layer)))

    def mlp_backward(layer, dout, saved):
        dx, *gradients = backward(dout, saved)
        for parameter, gradient in zip(parameters(layer), gradients, strict=True):
            parameter.accumulate(gradient)
        return dx

    return mlp_forward, mlp_backward


def _log_softmax(forward: Any, backward: Any) -> tuple[Any, Any]:
    def log_softmax_forward(x):
        log_y, saved = forward(x)
        return log_y, LogSoftmaxSaved(log_y, saved)

    def log_softmax_backward(dout, saved):
        return backward(dout, saved.own)

    return log_softmax_forward, log_softmax_backward


def _cross_entropy(forward: Any, backward: Any) -> tuple[Any, Any]:
    """Rows whose answer is not known yet have no part in the loss."""

    def cross_entropy_forward(logits, targets, ignore_index):
        known = targets != ignore_index
        if not known.any():
            return logits.dtype.type(0), (known, logits, None)
        value, saved = forward(logits[known], targets[known])
        return value, (known, logits, saved)

    def cross_entropy_backward(dloss, saved):
        known, logits, own_saved = saved
        dlogits = np.zeros_like(logits)
        if known.any():
            dlogits[known] = backward(dloss, own_saved)
        return dlogits

    return cross_entropy_forward, cross_entropy_backward


def _encoder_block(own: Any, block: Any) -> tuple[Any, Any]:
    """ex15 in place of an EncoderBlock; its parameters stay where the optimizer finds them."""
    attention, mlp, width = block.self_attn, block.mlp, block.self_attn.embed_dim
    parts = {name: np.s_[:, i * width : (i + 1) * width] for i, name in enumerate(PROJECTIONS)}
    whole = {
        "w_o": attention.out_proj.weight,
        "ln1_gain": block.norm1.gain,
        "ln1_bias": block.norm1.bias,
        "ln2_gain": block.norm2.gain,
        "ln2_bias": block.norm2.bias,
        "w0": mlp.linear1.weight,
        "b0": mlp.linear1.bias,
        "w1": mlp.linear2.weight,
        "b1": mlp.linear2.bias,
    }

    def forward(x, attn_mask=None, **_):
        params = {name: parameter.data for name, parameter in whole.items()}
        params |= {name: attention.in_proj.weight.data[part] for name, part in parts.items()}
        return own.encoder_block(x, params, attention.num_heads, attn_mask)

    def backward(dout, saved):
        dx, grads = own.encoder_block_backward(dout, saved)
        for name, part in parts.items():
            attention.in_proj.weight.accumulate(grads[name], part)
        for name, parameter in whole.items():
            parameter.accumulate(grads[name])
        return dx

    return forward, backward
