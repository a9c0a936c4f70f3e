"""Training, in reading order: one step, one loop, and what they are made of.

step        zero, gradients over workers, clip, rate, update
loop        steps and epochs, callbacks, the best epoch, checkpoints, going on after a stop
optimizer   what adam and sgd share: parameters side by side in one flat buffer
clipping, schedules, batching
best        which weights a run keeps, and when it ends
settings    what decides a run, as fields with a meaning, and as options
checkpoint  what a run needs to go on, and whose run it is
interrupt, progress, console
"""

from ..files import FileFormatError, load_arrays, save_arrays
from ..parallel.outcomes import WorkerDied
from ..parallel.workers import Workers, cores
from .adam import Adam
from .batching import ShuffledBatches, batches_by_length
from .best import Stopping
from .checkpoint import Checkpoints, read_checkpoint
from .clipping import clip_grad_norm
from .interrupt import Interrupted
from .loop import EpochEnd, Trainer
from .progress import Progress
from .schedules import warmup_cosine
from .sgd import SGD
from .step import NonFiniteLoss, training_step

__all__ = [
    "Adam",
    "Checkpoints",
    "EpochEnd",
    "FileFormatError",
    "Interrupted",
    "NonFiniteLoss",
    "Progress",
    "SGD",
    "ShuffledBatches",
    "Stopping",
    "Trainer",
    "WorkerDied",
    "Workers",
    "batches_by_length",
    "clip_grad_norm",
    "cores",
    "load_arrays",
    "read_checkpoint",
    "save_arrays",
    "training_step",
    "warmup_cosine",
]
