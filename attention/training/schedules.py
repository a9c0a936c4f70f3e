"""Learning-rate schedules: functions of the step alone, so that a resumed run needs no state.

The one rule: steps count from 1. The first of N already moves the parameters, the last has the
lowest rate.
"""

import math


def warmup_cosine(step: int, warmup: int, total: int, peak: float, floor: float = 0.0) -> float:
    """The rate at `step`: a line from 0 to `peak` in `warmup` steps, half a cosine down to `floor`.

    Step 0 has rate 0 (peak if there is no warm-up), `warmup` the peak, `total` and later the floor.
    Loshchilov & Hutter 2017, equation 5, after a warm-up. Raises ValueError unless
    0 ≤ warmup ≤ total and step ≥ 0.
    """
    if step < 0 or not 0 <= warmup <= total:
        raise ValueError(
            f"step must be 0 or more and 0 ≤ warmup ≤ total, got step {step}, warmup {warmup}, "
            f"total {total}"
        )
    if step < warmup:
        return peak * step / warmup
    if step >= total:
        return floor
    progress = (step - warmup) / (total - warmup)
    return floor + (peak - floor) * 0.5 * (1 + math.cos(math.pi * progress))
