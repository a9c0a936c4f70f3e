"""Names of code stand between single backticks, in docstrings and comments as in the pages."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = (
    *("attention/decoding", "attention/fast", "attention/files", "attention/layers"),
    *("attention/ops", "attention/parallel", "attention/text", "attention/tokens"),
    *("attention/training", "profile/user_profile/features", "profile/user_profile/model"),
    *("profile/user_profile/training", "profile/user_profile/privacy"),
    *("profile/user_profile/sequences",),
)


@pytest.mark.parametrize("room", ROOMS)
def test_no_name_is_quoted_twice(room: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if "``" in line
    ]
    assert found == []
