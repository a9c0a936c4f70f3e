"""What people get wrong in ex35: working functions, each with its misconception."""

from collections import Counter
from functools import partial
from itertools import pairwise

from grader import mistake

decode_mistake = partial(mistake, replaces="decode")
encode_mistake = partial(mistake, replaces="encode")
train_mistake = partial(mistake, replaces="train")


def join(ids, pair, new, overlap=False):
    out, i = [], 0
    while i < len(ids):
        if tuple(ids[i : i + 2]) == tuple(pair):
            out.append(new)
            i += 1 if overlap and ids[i + 1 : i + 3] == list(pair) else 2
        else:
            out.append(ids[i])
            i += 1
    return out


def join_beside(ids, pair, new):
    """The new id before the second one, which stays."""
    merged = ids[:1]
    for first, second in pairwise(ids):
        if (first, second) == tuple(pair):
            merged[-1] = new
        merged.append(second)
    return merged


def join_from_the_right(ids, pair, new):
    return join(ids[::-1], pair[::-1], new)[::-1]


def smaller(counts):
    return min(counts, key=lambda pair: (-counts[pair], pair))


def places(ids):
    return Counter(pairwise(ids))


def learn(ids, merges, best=smaller, count=places, merge=join, least=2, first=256):
    pairs = []
    while len(pairs) < merges:
        counts = count(ids)
        if not counts or counts[best(counts)] < least:
            break
        pair = best(counts)
        ids = merge(ids, pair, first + len(pairs))
        pairs.append(pair)
    return pairs


def play(ids, pairs, merge=join, first=256):
    for j, pair in enumerate(pairs):
        ids = merge(ids, pair, first + j)
    return ids


def spell(pairs):
    table = {byte: bytes([byte]) for byte in range(256)}
    for j, (left, right) in enumerate(pairs):
        table[256 + j] = table[left] + table[right]
    return table


@train_mistake("you count characters; the ids begin as the bytes of UTF-8")
def trains_on_characters(text, merges):
    return learn([ord(c) for c in text], merges)


@train_mistake("of equally common pairs you take the one met first; take the smaller pair")
def first_among_equals(text, merges):
    return learn(list(text.encode()), merges, lambda counts: max(counts, key=counts.get))


@train_mistake("of equally common pairs you take the larger; take the smaller pair")
def larger_among_equals(text, merges):
    return learn(list(text.encode()), merges, lambda c: max(c, key=lambda pair: (c[pair], pair)))


@train_mistake(
    "of equally common pairs you take the one whose bytes sort first; ids are compared, and a "
    "merged one is larger than any byte"
)
def ties_by_bytes(text, merges):
    ids, pairs = list(text.encode()), []
    while len(pairs) < merges:
        counts, table = places(ids), spell(pairs)
        if not counts or max(counts.values()) < 2:
            break
        best = min(counts, key=lambda p: (-counts[p], table[p[0]], table[p[1]]))
        ids = join(ids, best, 256 + len(pairs))
        pairs.append(best)
    return pairs


@train_mistake("you merge pairs that stand only once; end when no pair stands twice")
def merges_single_pairs(text, merges):
    return learn(list(text.encode()), merges, least=1)


@train_mistake("you end when a pair stands twice; twice is enough to merge")
def asks_for_three(text, merges):
    return learn(list(text.encode()), merges, least=3)


@train_mistake("you count a pair of equal ids without overlap; every place counts, two in `aaa`")
def counts_without_overlap(text, merges):
    def apart(ids):
        return {pair: len(ids) - len(join(ids, pair, -1)) for pair in places(ids)}

    return learn(list(text.encode()), merges, count=apart)


@train_mistake(
    "you count pairs inside words only; a space is a byte like any other, and pairs may cross it"
)
def splits_at_spaces(text, merges):
    words, pairs = [list(word.encode()) for word in text.split()], []
    while len(pairs) < merges:
        counts = sum((places(word) for word in words), Counter())
        if not counts or counts[smaller(counts)] < 2:
            break
        pairs.append(smaller(counts))
        words = [join(word, pairs[-1], 255 + len(pairs)) for word in words]
    return pairs


@train_mistake("you lower the case of the text; its bytes are taken as they are")
def lowers_the_case(text, merges):
    return learn(list(text.lower().encode()), merges)


@train_mistake("you strip white space off the text; its bytes are taken as they are")
def strips_the_text(text, merges):
    return learn(list(text.strip().encode()), merges)


@train_mistake(
    "you count the pairs of bytes once and take the commonest; count anew after every merge"
)
def counts_once(text, merges):
    counts = places(list(text.encode()))
    ranked = sorted(counts, key=lambda pair: (-counts[pair], pair))
    return [pair for pair in ranked if counts[pair] > 1][:merges]


@train_mistake("you never merge the pair into the text, so it wins again and again")
def leaves_the_text(text, merges):
    return learn(list(text.encode()), merges, merge=lambda ids, pair, new: ids)


@train_mistake("in training you merge only the first place of the pair; merge all of them")
def merges_one_place(text, merges):
    def once(ids, pair, new):
        at = next(i for i, two in enumerate(pairwise(ids)) if two == pair)
        return [*ids[:at], new, *ids[at + 2 :]]

    return learn(list(text.encode()), merges, merge=once)


@train_mistake("you merge from the right in training; go through the sequence from the left")
def trains_from_the_right(text, merges):
    return learn(list(text.encode()), merges, merge=join_from_the_right)


@train_mistake("in training you merge places that overlap; after a merge skip both of its ids")
def trains_with_overlap(text, merges):
    return learn(list(text.encode()), merges, merge=lambda *a: join(*a, overlap=True))


@train_mistake("in training you keep the second id of a merged pair; the new id stands for both")
def trains_with_the_second_kept(text, merges):
    return learn(list(text.encode()), merges, merge=join_beside)


@train_mistake("your first new id is 257; the bytes end at 255, so it is 256")
def new_ids_from_257(text, merges):
    return learn(list(text.encode()), merges, first=257)


@train_mistake("your first new id is 255, which is a byte; it is 256")
def new_ids_from_255(text, merges):
    return learn(list(text.encode()), merges, first=255)


@train_mistake("you read `merges` as the size of the vocabulary; it is the number of pairs")
def merges_as_vocabulary(text, merges):
    return learn(list(text.encode()), merges - 256)


@train_mistake("you learn one pair too many")
def one_merge_too_many(text, merges):
    return learn(list(text.encode()), merges + 1)


@train_mistake("you learn one pair too few")
def one_merge_too_few(text, merges):
    return learn(list(text.encode()), merges - 1)


@train_mistake("you return a dictionary; a list of pairs in the order learned is asked")
def returns_a_dictionary(text, merges):
    return {pair: 256 + j for j, pair in enumerate(learn(list(text.encode()), merges))}


@train_mistake("you merge the rarest pair; merge the commonest")
def merges_the_rarest(text, merges):
    def rarest(counts):
        return min(counts, key=lambda pair: (counts[pair] < 2, counts[pair], pair))

    return learn(list(text.encode()), merges, rarest)


@encode_mistake("you encode characters; the ids begin as the bytes of UTF-8")
def encodes_characters(text, pairs):
    return play([ord(c) for c in text], pairs)


@encode_mistake("you take the longest token that fits; the merges apply in the order learned")
def longest_token(text, pairs):
    token = {spelled: i for i, spelled in spell(pairs).items()}
    raw, ids, at = text.encode(), [], 0
    while at < len(raw):
        end = next(end for end in range(len(raw), at, -1) if raw[at:end] in token)
        ids.append(token[raw[at:end]])
        at = end
    return ids


@encode_mistake("in encoding you keep the second id of a merged pair; the new id stands for both")
def encodes_with_the_second_kept(text, pairs):
    return play(list(text.encode()), pairs, merge=join_beside)


@encode_mistake(
    "you apply the latest merge that is left, again and again; the order is that of learning"
)
def last_merge_first(text, pairs):
    ids = list(text.encode())
    rank = {tuple(pair): j for j, pair in enumerate(pairs)}
    while any(two in rank for two in pairwise(ids)):
        best = max((two for two in pairwise(ids) if two in rank), key=rank.get)
        ids = join(ids, best, 256 + rank[best])
    return ids


@encode_mistake(
    "you merge the leftmost pair that is known; the pair learned first goes first, wherever it "
    "stands"
)
def leftmost_merge(text, pairs):
    ids, known = list(text.encode()), {tuple(pair): 256 + j for j, pair in enumerate(pairs)}
    i = 0
    while i + 1 < len(ids):
        new = known.get((ids[i], ids[i + 1]))
        if new is None:
            i += 1
        else:
            ids[i : i + 2], i = [new], max(i - 1, 0)
    return ids


@encode_mistake("you merge bytes only; what was merged is merged again with its neighbours")
def merges_bytes_only(text, pairs):
    return play(list(text.encode()), [p if max(p) < 256 else (-1, -1) for p in pairs])


@encode_mistake("you merge only the first place of a pair; merge all of them")
def encodes_one_place(text, pairs):
    def once(ids, pair, new):
        at = next((i for i, two in enumerate(pairwise(ids)) if two == tuple(pair)), None)
        return ids if at is None else [*ids[:at], new, *ids[at + 2 :]]

    return play(list(text.encode()), pairs, once)


@encode_mistake("you merge from the right in encoding; go through the sequence from the left")
def encodes_from_the_right(text, pairs):
    return play(list(text.encode()), pairs, join_from_the_right)


@encode_mistake("in encoding you merge places that overlap; after a merge skip both of its ids")
def encodes_with_overlap(text, pairs):
    return play(list(text.encode()), pairs, lambda *a: join(*a, overlap=True))


@encode_mistake("the j-th merge makes 256 + j, with j from 0; yours makes one more")
def ids_one_too_high(text, pairs):
    return [i + (i > 255) for i in play(list(text.encode()), pairs)]


@encode_mistake("you return a merge's place in the list; its id is 256 + j")
def places_for_ids(text, pairs):
    return [i % 256 if i > 255 else i for i in play(list(text.encode()), pairs)]


@encode_mistake("you end at the first merge that the text has no place for; go on with the next")
def ends_at_an_absent_pair(text, pairs):
    ids = list(text.encode())
    for j, pair in enumerate(pairs):
        if tuple(pair) not in places(ids):
            break
        ids = join(ids, pair, 256 + j)
    return ids


@encode_mistake("you return the bytes; apply the merges")
def only_bytes(text, pairs):
    return list(text.encode())


@encode_mistake("you use the caller's list of pairs up; work on a copy")
def uses_the_pairs_up(text, pairs):
    ids, new = list(text.encode()), 256
    while pairs:
        ids, new = join(ids, pairs.pop(0), new), new + 1
    return ids


@decode_mistake("you decode every token by itself; join the bytes first")
def decodes_token_by_token(ids, pairs):
    table = spell(pairs)
    return "".join(table[i].decode("utf-8", "replace") for i in ids)


@decode_mistake("you leave bytes out that are no whole character; join before decoding")
def leaves_broken_bytes_out(ids, pairs):
    table = spell(pairs)
    return "".join(table[i].decode("utf-8", "ignore") for i in ids)


@decode_mistake("you read each byte as a character; decode the bytes as UTF-8")
def bytes_as_characters(ids, pairs):
    table = spell(pairs)
    return b"".join(table[i] for i in ids).decode("latin-1")


@decode_mistake("you undo one merge of each id; its parts may be merged themselves")
def undoes_one_merge(ids, pairs):
    parts = [part for i in ids for part in (pairs[i - 256] if i > 255 else (i,))]
    return bytes(part for part in parts if part < 256).decode("utf-8", "replace")


@decode_mistake("you put the right part of a pair before the left")
def parts_exchanged(ids, pairs):
    table = spell([pair[::-1] for pair in pairs])
    return b"".join(table[i] for i in ids).decode("utf-8", "replace")


@decode_mistake("you drop ids above 255; they stand for merged bytes")
def drops_merged_ids(ids, pairs):
    return bytes(i for i in ids if i < 256).decode("utf-8", "replace")


@decode_mistake("you return bytes; a string is asked, so decode them")
def returns_bytes(ids, pairs):
    table = spell(pairs)
    return list(b"".join(table[i] for i in ids))


@decode_mistake("you put a space between tokens; the bytes hold every space there is")
def spaces_between_tokens(ids, pairs):
    table = spell(pairs)
    return b" ".join(table[i] for i in ids).decode("utf-8", "replace")


@decode_mistake("the j-th merge makes 256 + j, with j from 0; you look one pair too late")
def looks_one_pair_late(ids, pairs):
    table = spell(pairs)
    return b"".join(table.get(i + (i > 255), b"") for i in ids).decode("utf-8", "replace")


@encode_mistake(
    "you go through the merges once, the last of them first; the order is that of learning"
)
def merges_in_reverse(text, pairs):
    ids = list(text.encode())
    for j in reversed(range(len(pairs))):
        ids = join(ids, tuple(pairs[j]), 256 + j)
    return ids
