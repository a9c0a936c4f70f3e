"""Training: optimisers on one flat buffer, clipping, schedules."""

from .adam import Adam
from .clipping import clip_grad_norm
from .schedules import warmup_cosine
from .sgd import SGD

__all__ = ["Adam", "SGD", "clip_grad_norm", "warmup_cosine"]
