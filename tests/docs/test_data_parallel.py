"""The example of the last page: PyTorch in two processes goes where our one process goes."""

import re
import subprocess
import sys

import pytest

from .code_blocks import ROOT

pytest.importorskip("torch")


@pytest.mark.slow
def test_two_torch_processes_agree_with_one_of_ours() -> None:
    script = ROOT / "docs" / "book" / "examples" / "data_parallel.py"
    run = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=300, check=True
    )
    rows = re.findall(r"^ *\d+ +(\d\.\d+) +(\d\.\d+)$", run.stdout, re.M)
    assert len(rows) == 3
    for ours, theirs in rows:
        assert float(ours) == pytest.approx(float(theirs), abs=1e-10)
    assert float(rows[-1][0]) < float(rows[0][0]) - 0.5, "the loss should have come down"
    furthest = float(run.stdout.rsplit(maxsplit=1)[-1])
    assert furthest < 1e-9
