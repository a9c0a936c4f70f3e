"""Linear attention, ALiBi, contrast, preference, int8, experts, adapters, beyond gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attention as A

RNG = np.random.default_rng(0)


def test_linear_attention_is_its_recurrence_and_its_weights() -> None:
    q, k, v = RNG.normal(size=(3, 2, 7, 5))
    out, _ = A.linear_attention_forward(q, k, v, is_causal=True)
    state = None
    for t in range(7):
        one, state = A.linear_attention_step(q[:, t], k[:, t], v[:, t], state)
        np.testing.assert_allclose(one, out[:, t], rtol=1e-12)
    phi = [np.where(x > 0, x + 1, np.exp(np.minimum(x, 0))) for x in (q, k)]
    weights = phi[0] @ phi[1].swapaxes(-1, -2)
    np.testing.assert_allclose(
        A.linear_attention_forward(q, k, v)[0], weights @ v / weights.sum(-1, keepdims=True)
    )
    with pytest.raises(ValueError, match="as many keys as queries"):
        A.linear_attention_forward(q[:, :3], k, v, is_causal=True)


def test_a_query_without_weight_reads_zeros() -> None:
    far = np.full((1, 2, 3), -1e4, np.float32)
    with np.errstate(all="raise"):
        out, saved = A.linear_attention_forward(far, far, np.ones((1, 2, 3), np.float32))
        gradients = A.linear_attention_backward(np.ones_like(out), saved)
    assert not out.any()
    assert all(np.isfinite(x).all() for x in gradients)


def test_alibi_has_the_slopes_of_the_paper_and_fits_a_cache() -> None:
    np.testing.assert_array_equal(A.alibi_slopes(8), 2.0 ** -np.arange(1, 9))
    np.testing.assert_allclose(A.alibi_slopes(12)[8:], 2.0 ** -np.array([0.5, 1.5, 2.5, 3.5]))
    whole = A.alibi_bias(4, 6, 6)
    np.testing.assert_array_equal(A.alibi_bias(4, 2, 6, offset=4), whole[:, 4:])
    assert whole[1, 5, 2] == -3 * A.alibi_slopes(4)[1]
    q = RNG.normal(size=(1, 4, 6, 3)).astype(np.float32)
    out, saved = A.attention_forward(q, q, q, attn_mask=whole, is_causal=True)
    scores = np.where(np.tri(6, dtype=bool), saved.scale * q @ q.swapaxes(-1, -2) + whole, -np.inf)
    np.testing.assert_allclose(out, A.softmax(scores.astype(np.float32)) @ q, rtol=1e-5, atol=1e-6)


def test_info_nce_is_least_where_partners_meet_and_knows_no_length() -> None:
    a, b = RNG.normal(size=(2, 5, 4))
    loss, saved = A.info_nce_forward(a, b)
    da, _ = A.info_nce_backward(1.0, saved)
    np.testing.assert_allclose((da * a).sum(-1), 0, atol=1e-12)
    assert A.info_nce_forward(3 * a, b / 7)[0] == pytest.approx(loss)
    assert A.info_nce_forward(a, a)[0] < loss
    assert A.info_nce_forward(a, b, symmetric=True)[0] == pytest.approx(
        (loss + A.info_nce_forward(b, a)[0]) / 2
    )
    assert np.isfinite(A.info_nce_forward(a.astype(np.float32) * 1e30, b.astype(np.float32))[0])
    for wrong, said in (
        ((a, b[:2]), "to fit a"),
        ((a * 0, b), "row of zeros"),
        ((a[0], b), "B, E"),
    ):
        with pytest.raises(ValueError, match=said):
            A.info_nce_forward(*wrong)


def test_dpo_is_log_two_at_the_start_and_stays_finite() -> None:
    x, y = RNG.normal(size=(2, 6))
    assert A.dpo_forward(x, y, x, y)[0] == pytest.approx(np.log(2))
    with np.errstate(over="raise", invalid="raise"):
        loss, saved = A.dpo_forward(
            np.array([1e5, -1e5]), np.zeros(2), np.zeros(2), np.zeros(2), 1.0
        )
    assert loss == pytest.approx(5e4)
    np.testing.assert_allclose(A.dpo_backward(1.0, saved)[0], [0, -0.5])
    with pytest.raises(ValueError, match="rejected must have shape"):
        A.dpo_forward(x, y[:2], x, y)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(1, 9), st.floats(1e-6, 1e6), st.integers(0, 99))
def test_int8_stays_within_its_bound(rows: int, columns: int, size: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weight, x = size * rng.normal(size=(rows, columns)), rng.normal(size=(3, rows))
    weight[:, 0] *= rng.integers(0, 2)
    small = A.quantize_int8(weight)
    out, saved = A.int8_linear_forward(x, small)
    bound = A.int8_error_bound(x, small)
    assert (np.abs(out - x @ weight) <= bound * (1 + 1e-9)).all()
    np.testing.assert_allclose(out, x @ A.dequantize_int8(small), rtol=1e-9, atol=1e-12 * size)
    dx = A.int8_linear_backward(np.ones_like(out), saved)
    np.testing.assert_allclose(dx, np.ones_like(out) @ A.dequantize_int8(small).T, rtol=1e-9,
                               atol=1e-12 * size)  # fmt: skip


def test_int8_in_blocks_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    from attention.ops import int8

    x, weight = RNG.normal(size=(2, 3, 8)), A.quantize_int8(RNG.normal(size=(8, 7)))
    whole, saved = A.int8_linear_forward(x, weight)
    back = A.int8_linear_backward(whole, saved)
    monkeypatch.setattr(int8, "BLOCK", 16)
    parts, saved = A.int8_linear_forward(x, weight)
    np.testing.assert_allclose(parts, whole)
    np.testing.assert_allclose(A.int8_linear_backward(whole, saved), back)
    with pytest.raises(ValueError, match="finite"):
        A.quantize_int8(np.full((2, 2), np.nan))


def test_routing_takes_the_likeliest_and_balance_is_one_when_even() -> None:
    logits = RNG.normal(size=(20, 5))
    gates, saved = A.top_k_routing_forward(logits, 2)
    np.testing.assert_allclose(gates.sum(1), 1)
    assert (saved.experts[:, 0] == logits.argmax(1)).all()
    assert A.balance_loss_forward(np.zeros((4, 2)), [[0], [1], [0], [1]])[0] == 1
    assert A.balance_loss_forward(np.tile([9.0, 0], (4, 1)), [[0]] * 4)[0] > 1.9
    assert A.top_k_routing_forward(np.zeros((1, 4)), 2)[1].experts.tolist() == [[0, 1]]
    for call, said in (
        (lambda: A.top_k_routing_forward(logits, 6), "at most the number of experts, 5"),
        (lambda: A.balance_loss_forward(logits, [[9]] * 20), "must lie in 0 … 4"),
        (lambda: A.MixtureOfExperts(4, 2, 3), "at most the number of experts"),
    ):
        with pytest.raises(ValueError, match=said):
            call()


def test_experts_drop_what_is_beyond_their_capacity_and_say_so() -> None:
    layer = A.MixtureOfExperts(4, 2, 1, 6, capacity=0.5, rng=0, dtype=np.float64)
    layer.router.weight.data[...] = 0  # equal logits: all tokens want expert 0
    x = RNG.normal(size=(1, 8, 4))
    out, saved = layer.forward(x)
    assert saved.dropped == 6
    assert saved.taken[1] is None
    assert not out[0, 2:].any()
    assert out[0, :2].any()
    layer.backward(np.ones_like(out), saved)
    assert not layer.experts[1].linear1.weight.grad.any()


def test_the_losses_of_experts_reach_the_router() -> None:
    x = RNG.normal(size=(6, 4))
    plain, pressed = (
        A.MixtureOfExperts(4, 3, 2, 5, balance=b, z=z, rng=1, dtype=np.float64)
        for b, z in ((0, 0), (0.5, 0.25))
    )
    for layer in (plain, pressed):
        out, saved = layer.forward(x)
        layer.backward(np.ones_like(out), saved)
    logits = x @ plain.router.weight.data
    want = 0.5 * A.balance_loss_backward(1.0, saved.balance)
    want += 0.25 * A.z_loss_backward(1.0, saved.z)
    np.testing.assert_allclose(
        pressed.router.weight.grad - plain.router.weight.grad, x.T @ want, rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(saved.losses[1], A.z_loss_forward(logits)[0])


def test_an_adapter_learns_alone_and_merges_exactly() -> None:
    linear = A.Linear(6, 4, rng=0)
    before = linear.weight.data.copy()
    adapter = A.LoRA(linear, 2, rng=1)
    x = RNG.normal(size=(3, 6)).astype(np.float32)
    np.testing.assert_array_equal(adapter.forward(x)[0], linear.forward(x)[0])
    assert list(adapter.named_parameters()) == ["down", "up"]
    adam = A.Adam(adapter.parameters(), 0.1)
    for _ in range(3):
        adapter.zero_grad()
        out, saved = adapter.forward(x)
        adapter.backward(out, saved)
        adam.step()
    np.testing.assert_array_equal(linear.weight.data, before)
    out, _ = adapter.forward(x)
    np.testing.assert_allclose(adapter.merge().forward(x)[0], out, rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match="unmerge"):
        adapter.forward(x)
    adapter.unmerge()
    np.testing.assert_array_equal(linear.weight.data, before)
    with pytest.raises(TypeError, match="must be a Linear, got MLP"):
        A.LoRA(A.MLP(4), 2)
    for rank, said in ((0, "1 or more"), (5, "at most 4")):
        with pytest.raises(ValueError, match=said):
            A.LoRA(linear, rank)
