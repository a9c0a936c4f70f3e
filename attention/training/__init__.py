"""Training: optimisers on one flat buffer, clipping, schedules, batches, the loop, checkpoints."""

from ..files import FileFormatError, load_arrays, save_arrays
from ..parallel.workers import Workers, cores
from .adam import Adam
from .batching import ShuffledBatches, batches_by_length
from .clipping import clip_grad_norm
from .progress import Progress
from .schedules import warmup_cosine
from .sgd import SGD
from .trainer import Interrupted, NonFiniteLoss, Trainer, read_checkpoint

__all__ = [
    "Adam",
    "FileFormatError",
    "Interrupted",
    "NonFiniteLoss",
    "Progress",
    "SGD",
    "ShuffledBatches",
    "Trainer",
    "Workers",
    "batches_by_length",
    "clip_grad_norm",
    "cores",
    "load_arrays",
    "read_checkpoint",
    "save_arrays",
    "warmup_cosine",
]
