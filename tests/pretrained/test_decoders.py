"""Decoders read from files: the logits and the greedy text of the reference implementation."""

import json
import shutil

import numpy as np
import pytest

from attention import cross_entropy_forward
from attention.decoding import generate
from attention.pretrained import load_decoder, look

from ..tokens.spm_oracle import FOLDER as SENTENCEPIECE
from .conftest import write_safetensors
from .decoder_oracle import GOLDEN, IDS, NEW, SHOWN
from .small_decoders import CONFIGS, GPT2, LLAMA, LLAMA3, tensors_of, write_decoder


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN) as file:
        return dict(file)


@pytest.fixture(scope="module", params=CONFIGS)
def case(request, tmp_path_factory):
    folder = write_decoder(tmp_path_factory.mktemp("decoder"), CONFIGS[request.param])
    return request.param, *load_decoder(folder)


def test_logits_and_greedy_text_equal_the_reference(case, golden):
    name, model, _ = case
    logits, saved = model.forward(IDS)
    assert logits.dtype == np.float32
    np.testing.assert_allclose(logits[..., SHOWN], golden[f"{name}/logits"], rtol=0, atol=1e-4)
    assert [w.shape for w in saved.weights] == [(2, 4, 24, 24)] * 2
    assert generate(model, IDS[0, :8], NEW, temperature=0) == golden[f"{name}/greedy"].tolist()


def test_cache_equals_no_cache(case):
    _, model, _ = case
    caches = model.new_caches(2)
    whole = model.forward(IDS)[0]
    parts = [model.infer(IDS[:, a:b], caches) for a, b in ((0, 7), (7, 8), (8, 12), (12, 24))]
    for at, logits in zip((6, 7, 11, 23), parts):
        np.testing.assert_allclose(logits, whole[:, at], rtol=0, atol=2e-5)


def test_gradients_of_what_was_read_are_those_of_the_loss(case):
    _, model, _ = case
    model = model.astype(np.float64)
    rng = np.random.default_rng(0)
    ids = IDS[:, :6]
    model.zero_grad()
    _, saved = model.loss_forward(ids[:, :-1], ids[:, 1:])
    model.loss_backward(1.0, saved)
    step, slope = 1e-6, 0.0
    directions = [rng.normal(size=p.shape) for p in model.parameters()]
    losses = []
    for sign in (1, -1):
        for p, d in zip(model.parameters(), directions):
            p.data[...] += sign * step * d
        logits, _ = model.forward(ids[:, :-1])
        losses.append(cross_entropy_forward(logits, ids[:, 1:])[0])
        for p, d in zip(model.parameters(), directions):
            p.data[...] -= sign * step * d
    slope = sum(float((p.grad * d).sum()) for p, d in zip(model.parameters(), directions))
    model.astype(np.float32)
    assert (losses[0] - losses[1]) / (2 * step) == pytest.approx(slope, rel=1e-5)


@pytest.mark.parametrize("kind", ["F16", "BF16"])
def test_halves_and_shards_are_read(kind, tmp_path):
    folder = write_decoder(tmp_path, LLAMA)
    tensors = {name: t.astype(np.float16) for name, t in tensors_of(LLAMA).items()}
    if kind == "BF16":
        tensors = {n: (t.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
                   for n, t in tensors.items()}  # fmt: skip
    names = sorted(tensors)
    shards = {"a.safetensors": names[:9], "b.safetensors": names[9:]}
    for shard, own in shards.items():
        write_safetensors(folder / shard, {n: tensors[n] for n in own}, kind)
    index = {"weight_map": {n: shard for shard, own in shards.items() for n in own}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    (folder / "model.safetensors").unlink()
    model, _ = load_decoder(folder)
    expected = tensors["model.layers.1.mlp.up_proj.weight"].T
    if kind == "BF16":
        expected = (expected.astype(np.uint32) << 16).view(np.float32)
    read = model.encoder.blocks[1].mlp.linear1.weight.data[:, 24:]
    np.testing.assert_array_equal(read, expected.astype(np.float32))
    (folder / "b.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match=r"lacks b\.safetensors"):
        load_decoder(folder)


@pytest.mark.parametrize(
    ("base", "change", "said"),
    [
        (GPT2, {"model_type": "mamba"}, "type 'mamba'"),
        (GPT2, {"scale_attn_by_inverse_layer_idx": True}, "scale_attn_by_inverse_layer_idx True"),
        (GPT2, {"alibi": True}, "field 'alibi'"),
        (GPT2, {"n_head": 3}, "does not divide"),
        (GPT2, {"n_embd": "16"}, "n_embd '16'"),
        (LLAMA, {"quantization_config": {}}, "field 'quantization_config'"),
        (LLAMA, {"hidden_act": "gelu"}, "hidden_act 'gelu'"),
        (LLAMA, {"rope_scaling": {"rope_type": "longrope"}}, "'longrope'"),
        (LLAMA, {"rope_scaling": {**LLAMA3, "novel": 1}}, "field 'novel'"),
        (LLAMA, {"model_type": "mistral", "attention_bias": True}, "field 'attention_bias'"),
        (LLAMA, {"sliding_window": 3}, "field 'sliding_window'"),
        (LLAMA, {"use_mrope": True}, "use_mrope True"),
        (LLAMA, {"intermediate_size": 25}, r"must be \(25, 16\)"),
        (LLAMA, {"num_hidden_layers": 1}, "which its config does not ask for"),
        (LLAMA, {"num_hidden_layers": 3}, r"lacks tensor 'model\.layers\.2"),
        (LLAMA, {"tie_word_embeddings": True}, "differs from the table"),
    ],
)
def test_what_is_not_honoured_is_refused_by_name(base, change, said, tmp_path):
    write_decoder(tmp_path, base)
    (tmp_path / "config.json").write_text(json.dumps({**base, **change}))
    with pytest.raises(ValueError, match=said):
        load_decoder(tmp_path)


def test_a_folder_with_a_sentencepiece_model_alone_is_read(tmp_path):
    write_decoder(tmp_path, {**LLAMA, "vocab_size": 700})
    (tmp_path / "tokenizer.json").unlink()
    shutil.copy(SENTENCEPIECE / "llama.model", tmp_path / "tokenizer.model")
    model, tokenizer = load_decoder(tmp_path)
    ids = tokenizer.encode("to be")
    assert ids[0] == 1
    assert len(ids) < len("to be")
    assert generate(model, ids, 3, temperature=0)[: len(ids)] == ids.tolist()
    assert look(tmp_path, "to be 你")[0] == ["<s>", " to", " be", " ", *["\ufffd"] * 3]


def test_a_vocabulary_larger_than_the_table_is_refused(tmp_path):
    config = {**GPT2, "vocab_size": 260}
    write_decoder(tmp_path, config)
    with pytest.raises(ValueError, match="but the model's table has 260 rows"):
        load_decoder(tmp_path)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
def test_files_that_are_not_utf8_are_told(name, tmp_path):
    write_decoder(tmp_path, GPT2)
    (tmp_path / name).write_bytes(b'{"model_type": "gpt2\xff"}')
    with pytest.raises(ValueError, match=rf"{name} is not valid JSON \('utf-8'"):
        load_decoder(tmp_path)


def test_a_folder_without_safetensors_is_told(tmp_path):
    write_decoder(tmp_path, GPT2)
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    with pytest.raises(FileNotFoundError, match="weights are read from safetensors alone"):
        load_decoder(tmp_path)


def test_weights_that_are_not_finite_are_refused(tmp_path):
    write_decoder(tmp_path, GPT2)
    tensors = tensors_of(GPT2)
    tensors["transformer.wpe.weight"][3, 3] = np.nan
    write_safetensors(tmp_path / "model.safetensors", tensors)
    with pytest.raises(ValueError, match="wpe"):
        load_decoder(tmp_path)
