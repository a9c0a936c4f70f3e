"""Pretrained BERT-type encoders in the layers of this library: read, embed, look inside."""

from .bert import Bert, BertSaved, SentenceEncoder
from .safetensors import read_safetensors
from .wordpiece import WordPiece

__all__ = ["Bert", "BertSaved", "SentenceEncoder", "WordPiece", "read_safetensors"]
