"""A text read by ranges is the text in memory: the same ids, the same training."""

import gzip

import numpy as np
import pytest

from attention.parallel.ranks import ALONE, Ranks
from attention.text import TextSettings, reading, train_text
from attention.text.reading import TextFile, TextInMemory, open_text
from attention.training import ShuffledBatches, batching
from attention.training.batching import scattered

WORDS = "so viel größer als 中文字 and 🙂, plain again\n"
SMALL = TextSettings(block=8, batch=4, layers=1, heads=2, width=8, steps=4, warmup=1, workers=1)


@pytest.fixture(autouse=True)
def short_pieces(monkeypatch):
    monkeypatch.setattr(reading, "_BLOCK", 16)
    monkeypatch.setattr(reading, "_PIECE", 64)


class Rank:
    """Stands for one of two ranks, of which the other has said what it found."""

    def __init__(self, rank, other):
        self.rank, self.other = rank, other

    def Get_rank(self):
        return self.rank

    def Get_size(self):
        return 2

    def allgather(self, own):
        return [own, self.other] if self.rank == 0 else [self.other, own]


@pytest.mark.parametrize("text", [WORDS * 40, "all of it is plain\n" * 50, "🙂" * 300])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_windows_of_a_file_are_those_of_the_text(tmp_path, text, mark):
    path = tmp_path / "text.txt"
    path.write_bytes((mark + text).encode())
    file, whole = TextFile(path, ALONE), TextInMemory(text)
    assert len(file) == len(text)
    assert file.tokenizer.characters == whole.tokenizer.characters
    starts = np.arange(len(text) - 9)
    np.testing.assert_array_equal(file.windows(starts, 9), whole.windows(starts, 9))
    last = np.array([len(text) - 9])
    assert file.tokenizer.decode(file.windows(last, 9)[0]) == text[-9:]


def test_ranks_look_at_a_part_of_the_file_each(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(WORDS * 40)
    alone = TextFile(path, ALONE)
    looked = [[], []]
    for rank in (0, 1):
        other = [(at, *rest) for at, *rest in map(alone._look, range(64 * (1 - rank), 9999, 128))
                 if at < len(alone._bytes)]  # fmt: skip
        ranks = Ranks(Rank(rank, other))
        look = TextFile._look
        seen = looked[rank]

        class Told(TextFile):
            def _look(self, begin, look=look, seen=seen):
                seen.append(begin)
                return look(self, begin)

        shared = Told(path, ranks)
        assert (shared.mark, len(shared)) == (alone.mark, len(alone))
    assert sorted(looked[0] + looked[1]) == list(range(0, len(alone._bytes), 64))
    assert not set(looked[0]) & set(looked[1])


def test_training_from_a_file_gives_the_bits_of_the_text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(WORDS * 40)
    ours, theirs = (train_text(one, SMALL)[0] for one in (open_text(path), WORDS * 40))
    for name, array in ours.state_dict().items():
        np.testing.assert_array_equal(array, theirs.state_dict()[name])


def test_files_that_are_no_text_are_told(tmp_path):
    path = tmp_path / "text.txt"
    for raw in (b"\xff\xfe" * 99, WORDS.encode() * 9 + b"\xc3", b"a" * 63 + b"\xc3" + b"b" * 99):
        path.write_bytes(raw)
        with pytest.raises(ValueError, match="cannot be read as UTF-8"):
            open_text(path)
    path.write_bytes(b"")
    assert len(open_text(path)) == 0
    packed = tmp_path / "text.gz"
    packed.write_bytes(gzip.compress(WORDS.encode()))
    assert len(open_text(packed)) == len(WORDS)
    with pytest.raises(FileNotFoundError, match="none is not a file"):
        open_text(tmp_path / "none")


def test_an_order_that_is_worked_out_is_a_permutation(monkeypatch):
    for n in (1, 2, 3, 17, 1000):
        assert sorted(scattered(np.arange(n), n, [0, 1]).tolist()) == list(range(n))
    order = scattered(np.arange(4096), 4096, [0, 1])
    np.testing.assert_array_equal(scattered(np.arange(100, 200), 4096, [0, 1]), order[100:200])
    assert abs(np.corrcoef(order, np.arange(4096))[0, 1]) < 0.05
    assert abs(np.corrcoef(order[1:], order[:-1])[0, 1]) < 0.05
    assert (order == scattered(np.arange(4096), 4096, [0, 2])).sum() < 20
    monkeypatch.setattr(batching, "MOST", 50)
    batches = ShuffledBatches(100, 7)
    met = np.concatenate([next(batches) for _ in range(batches.count)])
    assert sorted(met.tolist()) == list(range(100))
    assert batches.left == 0
