"""The inner loop of byte-pair encoding: merge the pair learned first, until none is left.

Sennrich et al. 2016, section 3.2. Candidates wait in a heap and merged symbols in a linked list, so
a piece of n symbols costs n log n, however long it is.
"""

import heapq
from collections.abc import Mapping

Pair = tuple[int, int]


def merge(symbols: list[int], merges: Mapping[Pair, tuple[int, int]]) -> list[int]:
    """ids of single symbols -> ids after all merges; `merges` gives (rank, new id) of a pair.

    The lowest rank goes first, and among equals the leftmost.
    """
    n = len(symbols)
    if n < 2:
        return symbols
    ids: list[int] = list(symbols)
    following = list(range(1, n + 1))
    before = list(range(-1, n - 1))
    waiting = []
    for i in range(n - 1):
        found = merges.get((ids[i], ids[i + 1]))
        if found is not None:
            waiting.append((found[0], i, found[1], ids[i + 1]))
    heapq.heapify(waiting)
    gone = -1
    while waiting:
        _, i, new, right = heapq.heappop(waiting)
        j = following[i]
        if ids[i] == gone or j >= n or ids[j] != right:
            continue  # one of the two was merged elsewhere meanwhile
        found = merges.get((ids[i], right))
        if found is None or found[1] != new:
            continue
        ids[i], ids[j] = new, gone
        following[i] = k = following[j]
        if k < n:
            before[k] = i
            if (found := merges.get((new, ids[k]))) is not None:
                heapq.heappush(waiting, (found[0], i, found[1], ids[k]))
        h = before[i]
        if h >= 0 and (found := merges.get((ids[h], new))) is not None:
            heapq.heappush(waiting, (found[0], h, found[1], new))
    return [symbol for symbol in ids if symbol != gone]
