"""With transformers installed: models that it saved itself, with the fields that it writes."""

import numpy as np
import pytest

from attention.decoding import generate
from attention.pretrained import load_decoder
from attention.tokens import train_bpe, write_tokenizer

transformers = pytest.importorskip("transformers", reason="transformers is not installed")
torch = pytest.importorskip("torch", reason="torch is not installed")

V = 300
SIZES = {
    "vocab_size": V, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 48,
    "bos_token_id": None, "eos_token_id": None,
}  # fmt: skip
GPT2 = {"vocab_size": V, "n_positions": 48, "n_embd": 16, "n_layer": 2, "n_head": 4,
        "bos_token_id": None, "eos_token_id": None}  # fmt: skip
LLAMA3 = {
    "rope_type": "llama3", "rope_theta": 5e5, "factor": 8.0, "low_freq_factor": 1.0,
    "high_freq_factor": 4.0, "original_max_position_embeddings": 16,
}  # fmt: skip
CASES = {
    "gpt2": ("GPT2", GPT2),
    "llama": ("Llama", SIZES),
    "llama 3": ("Llama", {**SIZES, "rope_parameters": LLAMA3, "tie_word_embeddings": True}),
    "mistral": ("Mistral", {**SIZES, "sliding_window": 8}),
    "qwen2": ("Qwen2", SIZES),
    "qwen3": ("Qwen3", {**SIZES, "head_dim": 8}),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("shard", ["1GB", "8KB"])
def test_what_transformers_saves_is_read_and_says_the_same(name, shard, tmp_path):
    family, sizes = CASES[name]
    kind = f"{family}LMHeadModel" if family == "GPT2" else f"{family}ForCausalLM"
    torch.manual_seed(0)
    config = getattr(transformers, f"{family}Config")(**sizes)
    theirs = getattr(transformers, kind)(config).eval()
    for p in theirs.parameters():
        p.data += 0.1 * torch.randn_like(p)
    theirs.save_pretrained(tmp_path, max_shard_size=shard)
    write_tokenizer(train_bpe("to be or not to be", 270), tmp_path)
    ours, _ = load_decoder(tmp_path)
    ids = np.random.default_rng(0).integers(0, V, (2, 24))
    with torch.no_grad():
        expected = theirs(torch.tensor(ids)).logits.numpy()
    np.testing.assert_allclose(ours.forward(ids)[0], expected, rtol=0, atol=1e-4)
    greedy = theirs.generate(
        torch.tensor(ids[:1, :6]), max_new_tokens=30, do_sample=False, pad_token_id=0
    )
    assert generate(ours, ids[0, :6], 30, temperature=0) == greedy[0].tolist()
