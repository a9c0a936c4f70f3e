"""Tokens: byte-pair encoding, trained here or read from other people's files.

merging        the inner loop: the pair learned first, until none is left
added          tokens that no merge makes
tokenizer      the way from text to ids that both kinds share
pieces, bpe    text cut by published patterns; bytes as symbols
normalizer, sentencepiece   characters as symbols, by a model's own rules
training       merges learned from text
reading        vocabularies in files; protobuf, model_file and llama_json know their forms
writing        a vocabulary as a file
"""

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
