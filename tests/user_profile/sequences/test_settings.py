"""Settings of a sequence model: checked before any work, fitted to the log."""

import pytest
from user_profile.sequences import Settings


def test_settings_are_checked_and_fitted():
    with pytest.raises(ValueError, match="dropout"):
        Settings(dropout=1.5)
    with pytest.raises(ValueError, match="start"):
        Settings(start="nowhere")
    with pytest.raises(ValueError, match="epochs"):
        Settings(epochs=0)
    large, small = Settings().fitted(3_416, 1_000_000), Settings().fitted(200_000, 10_000)
    assert large.negatives == 0
    assert small.negatives == 1024
    assert large.dropout < small.dropout
    assert large.epochs < small.epochs
    assert Settings(dropout=0.0).fitted(10, 10).dropout == 0.0
