"""Prints how far the toolkit is from PyTorch, by the values kept in tests/golden.

python -m tests.benchmarks.golden_errors
"""

from pathlib import Path

import numpy as np

from ..golden import comparison as C

COMPARISONS = (
    (C.PAIRS, C.compare_pair, "pair"),
    ((*C.MODULES, *C.LAYERS), C.compare_module, "layer"),
    (C.OPTIMISERS, C.compare_optimiser, "20 steps"),
)


def main() -> None:
    with np.load(Path(C.__file__).with_name("values.npz"), allow_pickle=False) as file:
        values = dict(file)
    print("| case | what | largest difference |")
    print("|---|---|---|")
    for cases, compare, what in COMPARISONS:
        for case in cases:
            print(f"| {case} | {what} | {compare(case, values):.1e} |")


if __name__ == "__main__":
    main()
