"""Prints what becomes of the loss on a text far longer than the model, by the kind of cache.

python -m tests.benchmarks.sinks
"""

import numpy as np

from attention import log_softmax_forward
from attention.decoding import CausalLM
from attention.text import load_packed_model
from attention.text.corpus import read_corpus
from attention.text.train import split_text

TOKENS, STREAMS = 4000, 8


def main() -> None:
    model, tokenizer, settings, _ = load_packed_model()
    text = read_corpus()
    validation = text[split_text(len(text), settings) :][: STREAMS * (TOKENS + 1)]
    ids = tokenizer.encode(validation).reshape(STREAMS, TOKENS + 1)
    room = model.max_length
    print(f"| cache | loss, nats a character | after the first {room} | read for each written |")
    print("|---|---|---|---|")
    for name, sinks, window in [
        (f"all, read anew from the last {room // 2} when {room} are full", None, 0),
        (f"the last {room}", 0, room),
        (f"1 sink, the last {room - 1}", 1, room - 1),
        (f"4 sinks, the last {room - 4}", 4, room - 4),
        (f"the last {room // 2}", 0, room // 2),
        (f"4 sinks, the last {room // 2 - 4}", 4, room // 2 - 4),
    ]:
        losses, read = _stream(model, ids, sinks, window)
        print(f"| {name} | {losses.mean():.3f} | {losses[room:].mean():.3f} | {read:.2f} |")


def _stream(
    model: CausalLM, ids: np.ndarray, sinks: int | None, window: int
) -> tuple[np.ndarray, float]:
    """ids (B, T + 1) -> the mean loss of each next token (T,), and how often a token is read."""
    B, T = ids.shape[0], ids.shape[1] - 1
    losses = np.zeros(T)
    caches = model.new_caches(B) if sinks is None else model.new_sink_caches(B, sinks, window)
    unread = read = 0
    for t in range(T):
        if sinks is None and caches[0].length == model.max_length:
            caches, unread = model.new_caches(B), t - model.max_length // 2 + 1
        logits = model.infer(ids[:, unread : t + 1], caches)  # (B, V)
        unread, read = t + 1, read + t + 1 - unread
        log_p, _ = log_softmax_forward(logits)
        losses[t] = -log_p[np.arange(B), ids[:, t + 1]].mean()
    return losses, read / T


if __name__ == "__main__":
    main()
