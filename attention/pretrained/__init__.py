"""Pretrained encoders and decoders in the layers of this library: read, run, look inside.

safetensors  weights in a file; shards: in several, read block by block
plan         what a configuration makes of CausalLM; gpt2 and llama make one
decoder      a folder becomes a CausalLM
wordpiece    text as a BERT encoder reads it; bert: its network
sentence_encoder   a folder becomes both, and texts become vectors
looking      what any of them attends to
"""

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
