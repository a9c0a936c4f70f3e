"""What the `tokenizers` library makes of the same text; writes golden.json.

pip install tokenizers numpy; python -m tests.tokens.oracle
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from .varied import training_text, varied_strings

GOLDEN = Path(__file__).with_name("golden.json")
VOCAB_SIZE, SPECIAL = 800, "<|endoftext|>"


def digest(rows: Sequence[Sequence[object]]) -> list[str]:
    """A short hash of each hundred."""
    return [
        hashlib.blake2b(json.dumps(rows[i : i + 100]).encode(), digest_size=4).hexdigest()
        for i in range(0, len(rows), 100)
    ]


def main() -> None:
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    from attention.tokens.pieces import GPT2, LLAMA3, QWEN2

    golden = {}
    for name, pattern in (("gpt2", GPT2), ("llama3", LLAMA3), ("qwen2", QWEN2)):
        tokenizer = Tokenizer(models.BPE(ignore_merges=name == "llama3"))
        level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=name == "gpt2")
        split = pre_tokenizers.Split(Regex(pattern), "isolated")
        tokenizer.pre_tokenizer = (
            level if name == "gpt2" else pre_tokenizers.Sequence([split, level])
        )
        tokenizer.decoder = decoders.ByteLevel()
        tokenizer.train_from_iterator(
            [training_text()],
            trainers.BpeTrainer(
                vocab_size=VOCAB_SIZE,
                special_tokens=[SPECIAL],
                min_frequency=2,
                initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                show_progress=False,
            ),
        )
        if name == "qwen2":
            tokenizer.normalizer = normalizers.NFC()
        vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
        golden[name] = {
            "vocabulary": digest([[t, i] for t, i in vocabulary]),
            "ids": digest([tokenizer.encode(s).ids for s in varied_strings()]),
        }
    GOLDEN.write_text(json.dumps(golden, indent=0) + "\n")


if __name__ == "__main__":
    main()
