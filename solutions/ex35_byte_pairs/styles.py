"""Right answers to ex35 in other styles."""

import re
from itertools import pairwise

import numpy as np
from grader import style


@style("the sequence as a string, one character an id", replaces="train")
def train_on_a_string(text, merges):
    line = text.encode("utf-8").decode("latin-1")
    learned = []
    for new in range(256, 256 + merges):
        counts = {}
        for i in range(len(line) - 1):
            two = line[i : i + 2]
            counts[two] = counts.get(two, 0) + 1
        ranked = sorted(counts, key=lambda two: (-counts[two], two))
        if not ranked or counts[ranked[0]] == 1:
            return learned
        line = line.replace(ranked[0], chr(new))
        learned.append(tuple(map(ord, ranked[0])))
    return learned


@style("NumPy arrays, a pair as one number", replaces="train")
def train_on_an_array(text, merges):
    ids = np.frombuffer(text.encode("utf-8"), np.uint8).astype(np.int64)
    base, learned = 256 + merges, []
    for new in range(256, base):
        if ids.size < 2:
            break
        codes, counts = np.unique(ids[:-1] * base + ids[1:], return_counts=True)
        if counts.max() < 2:
            break
        code = codes[counts.argmax()]
        learned.append(divmod(int(code), base))
        keep = np.ones(ids.size, dtype=bool)
        for i in np.flatnonzero(ids[:-1] * base + ids[1:] == code):
            if keep[i]:
                ids[i], keep[i + 1] = base, False
        ids = np.where(ids == base, new, ids)[keep]
    return np.array(learned).reshape(-1, 2)


@style("the lowest merge that fits, again and again", replaces="encode")
def encode_by_rank(text, pairs):
    rank = {pair: j for j, pair in enumerate(pairs)}
    ids = list(text.encode("utf-8"))
    for _ in range(len(ids)):
        fits = [(rank[two], i) for i, two in enumerate(pairwise(ids)) if two in rank]
        if fits:
            j, i = min(fits)
            ids[i : i + 2] = [256 + j]
    return ids


@style("regular expressions over a string of ids", replaces="encode")
def encode_on_a_string(text, pairs):
    line = text.encode("utf-8").decode("latin-1")
    for j, (left, right) in enumerate(pairs):
        line = re.sub(re.escape(chr(left) + chr(right)), chr(256 + j), line)
    return np.array([ord(c) for c in line], dtype=np.int32)


@style("recursion into the parts", replaces="decode")
def decode_recursively(ids, pairs):
    out = bytearray()

    def write(one):
        if one < 256:
            out.append(one)
        else:
            for part in pairs[one - 256]:
                write(part)

    for one in ids:
        write(one)
    return str(out, "utf-8")


@style("the merges undone, last one first", replaces="decode")
def decode_backwards(ids, pairs):
    line = ids
    for new in range(255 + len(pairs), 255, -1):
        line = [part for one in line for part in (pairs[new - 256] if one == new else (one,))]
    return bytes(line).decode()
