"""Tokens: byte-level byte-pair encoding, trained here or read from other people's files."""

from .bpe import AddedToken, ByteBPE
from .reading import read_tokenizer
from .training import train_bpe
from .writing import write_tokenizer

__all__ = ["AddedToken", "ByteBPE", "read_tokenizer", "train_bpe", "write_tokenizer"]
