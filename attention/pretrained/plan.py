"""A plan: what a configuration makes of CausalLM, and which tensor goes where in it."""

import fnmatch
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .safetensors import StoredTensor

# Fields that say nothing about the numbers of a forward pass.
SILENT = {
    "architectures", "model_type", "transformers_version", "torch_dtype", "dtype", "use_cache",
    "_name_or_path", "bos_token_id", "eos_token_id", "pad_token_id", "initializer_range",
    "task_specific_params", "attention_dropout", "attn_pdrop", "embd_pdrop", "resid_pdrop",
    "summary_activation", "summary_first_dropout", "summary_proj_to_labels", "summary_type",
    "summary_use_proj", "n_ctx", "output_attentions", "output_hidden_states", "return_dict",
    "id2label", "label2id", "problem_type", "chunk_size_feed_forward", "pretraining_tp",
    "gradient_checkpointing", "_attn_implementation_autoset", "tokenizer_class",
}  # fmt: skip


class Source(NamedTuple):
    """A tensor of a file, and the place in a parameter that it fills."""

    name: str
    shape: tuple[int, ...]  # in the file
    parameter: str
    columns: slice = slice(None)  # of the parameter's last axis
    transposed: bool = False  # the file has (out, in)


class Plan(NamedTuple):
    sizes: tuple[int, ...]  # vocab_size, max_length, num_layers, embed_dim, num_heads, hidden_dim
    options: dict[str, Any]  # of CausalLM, by its keywords
    windows: tuple[int | None, ...]  # of each block
    sources: tuple[Source, ...]
    ignored: tuple[str, ...]  # patterns of tensors that hold constants, not weights
    tied: tuple[str, str] | None  # the table, and the name under which it may stand again
    prefix: str  # that files saved without a head leave out

    @property
    def vocab_size(self) -> int:
        return self.sizes[0]

    def renamed(self, tensors: dict[str, StoredTensor]) -> dict[str, StoredTensor]:
        """Under the names with a head, where a file was saved without."""
        if any(name.startswith(self.prefix) for name in tensors):
            return tensors
        return {self.prefix + name: tensor for name, tensor in tensors.items()}

    def check_tensors(self, tensors: Mapping[str, StoredTensor], folder: Path) -> None:
        """Raises ValueError naming a tensor that is missing, misshapen, no float, or too many."""
        for source in self.sources:
            if source.name not in tensors:
                raise ValueError(
                    f"{folder} lacks tensor {source.name!r}, which its config asks for"
                )
            found = tensors[source.name]
            if found.shape != source.shape:
                raise ValueError(
                    f"tensor {source.name!r} in {found.path} must be {source.shape} by "
                    f"config.json, got {found.shape}"
                )
            if found.dtype not in ("F16", "BF16", "F32", "F64"):
                raise ValueError(
                    f"tensor {source.name!r} in {found.path} is {found.dtype}; expected floats"
                )
        named = {source.name for source in self.sources}
        if self.tied is not None:
            named.add(self.tied[1])
        for name in sorted(set(tensors) - named):
            if not any(fnmatch.fnmatchcase(name, pattern) for pattern in self.ignored):
                raise ValueError(f"{folder} has tensor {name!r}, which its config does not ask for")


class Fields:
    """The fields of a config.json, each asked for once; those never asked for are refused."""

    def __init__(self, config: Mapping[str, Any], where: str) -> None:
        self._config, self._where = config, where
        self._asked: set[str] = set(SILENT)

    def has(self, name: str) -> bool:
        return name in self._config

    def inner(self, name: str, config: Mapping[str, Any]) -> "Fields":
        """Those of an object within, of which none is silent."""
        fields = Fields(config, f"{name} in {self._where}")
        fields._asked = set()
        return fields

    def take(self, name: str, default: Any = None) -> Any:
        self._asked.add(name)
        value = self._config.get(name)
        return default if value is None else value

    def size(self, name: str, default: int | None = None) -> int:
        value = self.take(name, default)
        if type(value) is not int or not 1 <= value < 2**31:
            raise ValueError(f"{self._where} has {name} {value!r}; expected a whole number above 0")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        value = self.take(name, default)
        if type(value) not in (int, float) or not 0 <= value < float("inf"):
            raise ValueError(f"{self._where} has {name} {value!r}; expected a number of 0 or more")
        return float(value)

    def flag(self, name: str, default: bool) -> bool:
        value = self.take(name, default)
        if type(value) is not bool:
            raise ValueError(f"{self._where} has {name} {value!r}; expected true or false")
        return value

    def only(self, name: str, allowed: Mapping[Any, Any], default: Any) -> Any:
        """What `allowed` makes of the field's value; of no other is known how."""
        value = self.take(name, default)
        if not isinstance(value, str | bool | int) or value not in allowed:
            known = ", ".join(map(repr, allowed))
            raise ValueError(f"{self._where} has {name} {value!r}; honoured are {known}")
        return allowed[value]

    def refuse(self, why: str) -> ValueError:
        return ValueError(f"{self._where} {why}")

    def end(self) -> None:
        """Raises ValueError for a field that nobody asked for."""
        if left := sorted(set(self._config) - self._asked):
            raise ValueError(
                f"{self._where} has field {left[0]!r} ({self._config[left[0]]!r}), which is not "
                f"honoured here"
            )
