"""Workers: where a step's shards are computed, and how their gradients come together.

workers   the pool, and gradients summed in the order of the shards
copies    forked copies of the process that share parameters and gradients
threads   the same on threads, where forking is unsound
outcomes  what came of a call in one of them
ranks     processes of several machines, started by mpiexec, that train as one
process   what one process asks of BLAS and of memory
"""

from .outcomes import WorkerDied
from .workers import Workers, cores

__all__ = ["WorkerDied", "Workers", "cores"]
