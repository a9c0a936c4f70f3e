"""The encoder against BERT written out plainly, its gradients, and a real model's known answers."""

import math

import numpy as np
import pytest
from scipy.special import erf

from attention.pretrained import Bert, SentenceEncoder
from tests.pretrained.conftest import CONFIG, tensors_for, write_model


def plain_bert(tensors, ids, heads=2, eps=1e-12):
    """BERT for one row of ids, no library of ours: -> hidden (T, E), list of weights (H, T, T)."""

    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x**2).mean(-1, keepdims=True) + eps)
        return x * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]

    def dense(x, name):
        return x @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]

    tensors = {name: t.astype(np.float64) for name, t in tensors.items()}
    x = tensors["embeddings.word_embeddings.weight"][ids]
    x = x + tensors["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + tensors["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    seen = []
    for i in range(2):
        at = f"encoder.layer.{i}"
        q, k, v = (dense(x, f"{at}.attention.self.{n}") for n in ("query", "key", "value"))
        width = q.shape[1] // heads
        weights, mixed = [], []
        for h in range(heads):
            part = slice(h * width, (h + 1) * width)
            scores = np.exp(q[:, part] @ k[:, part].T / math.sqrt(width))
            weights.append(scores / scores.sum(-1, keepdims=True))
            mixed.append(weights[-1] @ v[:, part])
        seen.append(np.stack(weights))
        attended = dense(np.concatenate(mixed, -1), f"{at}.attention.output.dense")
        x = norm(x + attended, f"{at}.attention.output.LayerNorm")
        hidden = dense(x, f"{at}.intermediate.dense")
        hidden = hidden * (1 + erf(hidden / math.sqrt(2))) / 2
        x = norm(x + dense(hidden, f"{at}.output.dense"), f"{at}.output.LayerNorm")
    return x, seen


def test_equals_bert_written_out(small_model):
    model = SentenceEncoder(small_model, dtype=np.float64)
    ids, lengths = model.tokenizer.encode(["the cats sat", "the unknown", "mat"])
    out, saved = model.bert.forward(ids, lengths)
    for row, length in enumerate(lengths):
        hidden, weights = plain_bert(tensors_for(CONFIG), ids[row, :length])
        np.testing.assert_allclose(out[row, :length], hidden, atol=1e-12)
        for ours, theirs in zip(saved.weights, weights, strict=True):
            np.testing.assert_allclose(ours[row, :, :length, :length], theirs, atol=1e-12)
            assert (ours[row, :, :length, length:] == 0).all()


def test_embed_is_the_mean_scaled_to_length_one(small_model):
    model = SentenceEncoder(small_model)
    vectors = model.embed(["the cat sat", "mat"], batch_size=1)
    assert vectors.dtype == np.float32
    ids, _ = model.tokenizer.encode(["mat"])
    mean = plain_bert(tensors_for(CONFIG), ids[0])[0].mean(axis=0)
    np.testing.assert_allclose(vectors[1], mean / np.linalg.norm(mean), atol=1e-5)
    np.testing.assert_allclose(model.embed(["the cat sat", "mat"]), vectors, atol=1e-6)
    assert model.embed([]).shape == (0, 8)


def test_look_gives_tokens_and_layers(small_model):
    tokens, layers = SentenceEncoder(small_model).look("the cats")
    assert tokens == ["[CLS]", "the", "cat", "##s", "[SEP]"]
    assert [w.shape for w in layers] == [(2, 5, 5)] * 2


def test_gradients_of_every_parameter():
    bert = Bert(6, 4, 1, 2, 5, max_length=4, rng=0, dtype=np.float64)
    rng = np.random.default_rng(1)
    for parameter in bert.parameters():
        parameter.data[...] += rng.normal(0, 0.5, parameter.shape)
    ids, lengths = np.array([[1, 2, 3], [4, 4, 0]]), np.array([3, 2])
    segments = np.array([[0, 1, 1], [0, 0, 0]])
    dout = rng.normal(size=(2, 3, 4))

    def loss():
        return float((bert.forward(ids, lengths, segments)[0] * dout).sum())

    bert.zero_grad()
    bert.backward(dout, bert.forward(ids, lengths, segments)[1])
    step = 1e-6
    for name, parameter in bert.named_parameters().items():
        for at in np.ndindex(parameter.shape):
            kept = parameter.data[at]
            parameter.data[at] = kept + step
            up = loss()
            parameter.data[at] = kept - step
            slope = (up - loss()) / (2 * step)
            parameter.data[at] = kept
            assert parameter.grad[at] == pytest.approx(slope, rel=1e-6, abs=1e-7), name


def test_a_checkpoint_with_a_head_on_top_reads_too(tmp_path, small_model):
    (tmp_path / "headed").mkdir()
    tensors = {f"bert.{name}": t for name, t in tensors_for(CONFIG).items()}
    headed = write_model(tmp_path / "headed", CONFIG, tensors | {"cls.bias": np.zeros(3, "f4")})
    texts = ["the cat sat"]
    expected = SentenceEncoder(small_model).embed(texts)
    np.testing.assert_array_equal(SentenceEncoder(headed).embed(texts), expected)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model_type": "gpt2"}, "only 'bert'"),
        ({"position_embedding_type": "relative_key"}, "absolute"),
        ({"hidden_act": "swoosh"}, "hidden_act 'swoosh'"),
        ({"hidden_size": "8"}, "hidden_size '8'"),
        ({"num_hidden_layers": 3}, "no tensor 'encoder.layer.2"),
        ({"intermediate_size": 13}, "must be"),
        ({"num_attention_heads": 3}, "multiple"),
        ({"hidden_size": 2**40}, "must be"),
        ({"max_position_embeddings": 2**40}, "must be"),
        ({"vocab_size": 9}, "must be"),
    ],
)
def test_a_config_that_does_not_fit_is_named(tmp_path, changes, message):
    write_model(tmp_path, CONFIG | changes, tensors_for(CONFIG))
    with pytest.raises(ValueError, match=message):
        SentenceEncoder(tmp_path)


def test_missing_or_broken_files_are_named(tmp_path, small_model):
    with pytest.raises(FileNotFoundError, match="has no config"):
        SentenceEncoder(tmp_path / "nowhere")
    (small_model / "config.json").write_text("{")
    with pytest.raises(ValueError, match="not valid JSON"):
        SentenceEncoder(small_model)


def test_too_many_tokens_for_the_positions(small_model):
    bert = SentenceEncoder(small_model).bert
    with pytest.raises(ValueError, match="at most 16"):
        bert.forward(np.zeros((1, 17), np.int64))


# What follows needs the weights of all-MiniLM-L6-v2 and is skipped without them.


@pytest.fixture(scope="module")
def minilm(minilm_directory):
    return SentenceEncoder(minilm_directory)


def test_minilm_similarities_are_the_published_ones(minilm):
    # https://sbert.net/docs/sentence_transformer/usage/usage.html
    vectors = minilm.embed(
        ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    )
    published = [[1.0, 0.6660, 0.1046], [0.6660, 1.0, 0.1411], [0.1046, 0.1411, 1.0]]
    np.testing.assert_array_equal(np.round(vectors @ vectors.T, 4), np.float32(published))


def test_minilm_has_a_previous_token_head(minilm):
    tokens, layers = minilm.look("the cat sat on the mat because it was tired")
    assert tokens[1:-1] == [
        "the",
        "cat",
        "sat",
        "on",
        "the",
        "mat",
        "because",
        "it",
        "was",
        "tired",
    ]
    assert np.diagonal(layers[0][2], offset=-1).min() > 0.99
