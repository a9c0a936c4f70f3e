"""Writes values.npz: python -m tests.golden.make (needs torch and transformers)."""

from pathlib import Path

import numpy as np

from .oracle import all_values

SEED = 20170612

if __name__ == "__main__":
    path = Path(__file__).with_name("values.npz")
    values = all_values(SEED)
    np.savez_compressed(path, **values)
    print(f"{len(values)} arrays, {path.stat().st_size:,} bytes")
