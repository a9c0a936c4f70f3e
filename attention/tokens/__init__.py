"""Tokens: byte-pair encoding, trained here or read from other people's files."""

from .added import AddedToken
from .bpe import ByteBPE
from .model_file import read_sentencepiece
from .reading import read_tokenizer
from .sentencepiece import SentencePieceBPE
from .training import train_bpe
from .writing import write_tokenizer

__all__ = [
    "AddedToken",
    "ByteBPE",
    "SentencePieceBPE",
    "read_sentencepiece",
    "read_tokenizer",
    "train_bpe",
    "write_tokenizer",
]
