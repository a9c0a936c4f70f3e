"""The package's front: every public name stands there, and is loaded when it is looked for."""

import subprocess
import sys

import pytest

import attention
from attention import gradcheck, layers, ops, training


def test_every_public_name_of_the_storeys_stands_at_the_front() -> None:
    for module in (ops, layers, training, gradcheck):
        for name in module.__all__:
            assert getattr(attention, name) is getattr(module, name)
            assert name in attention.__all__
            assert name in dir(attention)


def test_no_name_stands_for_two_things() -> None:
    assert len(attention.__all__) == len(set(attention.__all__))


def test_a_star_brings_all_names() -> None:
    found: dict[str, object] = {}
    exec("from attention import *", found)
    assert set(attention.__all__) <= set(found)


def test_a_wrong_name_is_told() -> None:
    with pytest.raises(AttributeError, match="'attention' has no attribute 'sotfmax'"):
        attention.sotfmax  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'sotfmax'"):
        exec("from attention import sotfmax")


@pytest.mark.parametrize(
    ("line", "absent"),
    [
        ("import attention", "numpy"),
        ("from attention import softmax", "attention.layers"),
        ("from attention import *", "numpy.random scipy matplotlib zipfile"),
        ("import attention; attention.text.CausalLM", "scipy matplotlib"),
        ("import attention; attention.fast", "attention.training"),
    ],
)
def test_nothing_is_loaded_before_it_is_needed(line: str, absent: str) -> None:
    ask = f"import sys; print([m for m in {absent.split()!r} if m in sys.modules])"
    command = [sys.executable, "-c", f"{line}; {ask}"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"
