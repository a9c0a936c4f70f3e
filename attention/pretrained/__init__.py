"""Pretrained encoders and decoders in the layers of this library: read, run, look inside."""

from .bert import Bert, BertSaved
from .decoder import load_decoder
from .looking import is_decoder, look
from .safetensors import read_safetensors
from .sentence_encoder import SentenceEncoder
from .wordpiece import WordPiece

__all__ = [
    "Bert",
    "BertSaved",
    "SentenceEncoder",
    "WordPiece",
    "load_decoder",
    "is_decoder",
    "look",
    "read_safetensors",
]
