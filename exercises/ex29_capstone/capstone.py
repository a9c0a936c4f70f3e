"""Exercise ex29: your own passes, as pairs, train the profile model."""

from collections.abc import Callable
from typing import Any

Pair = tuple[Callable[..., Any], Callable[..., Any]]


def pairs(own: Any) -> dict[str, Pair]:
    """Your functions of ex01 to ex11 as pairs of (forward, backward) that keep the one rule.

    ``own.softmax``, ``own.attention_backward`` … are your functions. The rule of every pair:
    ``out, saved = forward(inputs)`` and ``gradients = backward(dout, saved)``, where dout is the
    gradient of out and the gradients come in the order of the inputs. ``saved`` is your own affair.

    - "log_softmax": x (..., V) -> log p, finite for any finite x; backward gives dx
    - "attention": q, k, v, mask=None -> out; backward gives (dq, dk, dv)
    - "mlp": x, w0, b0, w1, b1 -> y; backward gives (dx, dw0, db0, dw1, db1)
    - "layer_norm": x, gain, bias, eps=1e-5 -> out; backward gives (dx, dgain, dbias)
    - "rotary": x (..., n, D), positions (n,) -> out; backward gives dx
    - "cross_entropy": logits (n, V), targets (n,) -> loss, a scalar; dout is a scalar;
      backward gives dlogits
    """
    raise NotImplementedError
