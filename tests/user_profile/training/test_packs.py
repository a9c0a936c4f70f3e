"""Packs of questions of parts: an epoch takes each once."""

import pytest
from user_profile.training.parts import PartPacks

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: [scale]")


def test_an_epoch_takes_each_pack_once():
    order = PartPacks([3, 0, 5], seed=1)
    met = []
    for _ in range(order.count):
        batch = next(order)
        shards, shares = order.shards(batch, 3, None)
        there = [(part, pack) for part, pack, _ in shards if pack is not None]
        assert [share * len(there) for share in shares] == [
            pack is not None for _, pack, _ in shards
        ]
        assert order.weight(batch) == len(there)
        met += there
    assert order.left == 0
    assert sorted(met) == [(0, n) for n in range(3)] + [(2, n) for n in range(5)]
