"""Checks of ex35: what is learned, what the merges make of other texts, and the way back."""

import numpy as np

SENTENCE = "the cat sat on the mat, then the rat sat on that cat; the bat thanked them all"
WORLD = "注意力，注意力！ naïve café ☕ naïve e\u0301 🙂🙂 注意"


def plain(value):
    """Ids and pairs of ids as lists of ints and of tuples, in whatever sequence they came."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return list(value) if isinstance(value, tuple) else value


def learned(module, text, merges):
    pairs = plain(module.train(text, merges))
    if not isinstance(pairs, list):
        return pairs
    return [tuple(plain(p)) if isinstance(plain(p), list) else p for p in pairs]


def encoded(module, text, pairs):
    return plain(module.encode(text, pairs))


def spelled(*merges):
    """Pairs of ids from pairs of strings, each of single bytes or of what was merged before."""
    ids = {bytes([byte]): byte for byte in range(256)}
    pairs = []
    for merge in merges:
        left, right = (part.encode() if isinstance(part, str) else part for part in merge)
        pairs.append((ids[left], ids[right]))
        ids[left + right] = 255 + len(pairs)
    return pairs


ENGLISH = spelled(("t", "h"), ("a", "t"), ("th", "e"), ("e", " "), (" ", "s"), (" ", "the"))
CHINESE = spelled(  # the second merge crosses from one character into the next
    (b"\xe6", b"\xb3"), (b"\xa8", b"\xe6"), (b"\xe6\xb3", b"\xa8\xe6"), (b"\x84", b"\x8f")
)


def letters(rng, count, alphabet="abc"):
    return "".join(rng.choice(list(alphabet), count))


def test_pairs_of_a_sentence(check, rng):
    check.drive(learned, SENTENCE, 17)
    check.drive(learned, letters(rng, 140, "abcdefg"), 23)


def test_the_smaller_pair_among_equals(check, rng):
    check.drive(learned, "cdcdabab", 2, says_="Of equally common pairs the smaller is merged.")
    check.drive(learned, "baab-baab", 3)
    check.drive(learned, "xyzzy xyzzy bcdde bcdde", 12, says_="Ids are compared, not their bytes.")
    for length in (9, 14, 21, 33):
        check.drive(learned, letters(rng, length, "abcd"), 8)


def test_places_that_overlap_count(check):
    check.drive(learned, "xaaayxabyaby", 2, says_="In `aaa`, the pair of two a's stands twice.")
    check.drive(learned, "aaa", 3)
    check.drive(learned, "aaaa-bcbcbc", 1)


def test_merging_goes_from_the_left_and_takes_no_id_twice(check, rng):
    check.drive(learned, "aaabaaabaaab", 4)
    check.drive(learned, "aaaaaaaaaaa", 5)
    check.drive(learned, letters(rng, 90, "ab"), 20)


def test_a_pair_that_stands_once_is_not_merged(check):
    check.drive(learned, "abab", 7, says_="After the first merge no pair stands twice.")
    check.drive(learned, "abcd", 3)
    check.drive(learned, "abcabc", 40)


def test_no_more_merges_than_asked(check):
    for merges in (0, 1, 2, 5):
        check.drive(learned, SENTENCE, merges)


def test_a_text_of_no_byte_or_one(check):
    check.drive(learned, "ab ab", 1)
    check.drive(learned, "", 4)
    check.drive(learned, "x", 4)


def test_bytes_are_counted_not_characters(check):
    check.drive(learned, WORLD, 14)
    check.drive(learned, "éèéè", 3)


def test_nothing_is_done_to_the_text_first(check):
    says = "Spaces, capitals, line ends and accents are bytes like any other."
    check.drive(learned, "go on  go on\r\nGo on\tGO on\n\n go", 11, says_=says)
    check.drive(learned, "x. x. X. 1.0 1.0 \x00\x00\x00 ", 9, says_=says)
    check.drive(learned, " \n \n", 3, says_=says)
    check.drive(learned, "éx e\u0301x ﬁ ﬁ", 6, says_=says)


def test_ids_of_a_text(check):
    check.drive(encoded, "the theatre at the southeast seat", ENGLISH)
    check.drive(encoded, SENTENCE, ENGLISH)


def test_merges_apply_in_the_order_learned(check, rng):
    pairs = spelled(("b", "c"), ("a", "b"), ("ab", "c"), ("ab", "d"))
    says = "An earlier merge takes its bytes first, even where a longer token would fit."
    check.drive(encoded, "abc abd abcd", pairs, says_=says)
    pairs = spelled(("c", "a"), ("b", "c"), ("a", "b"), ("ca", "b"), ("ab", "ca"), ("b", "b"))
    check.drive(encoded, letters(rng, 61), pairs, says_=says)


def test_encoding_merges_from_the_left(check):
    check.drive(encoded, "aaaaa aaa aa", spelled(("a", "a")))
    check.drive(encoded, "aaaaaaa aaaaaab", spelled(("a", "a"), ("aa", "a"), ("aa", "aa")))


def test_merges_that_a_text_does_not_need(check):
    pairs = spelled(("q", "u"), ("t", "h"), ("qu", "i"), ("th", "e"))
    check.drive(encoded, "the other", pairs)
    check.drive(encoded, "xyz", pairs)


def test_encoding_starts_from_bytes(check):
    check.drive(encoded, "注意！🙂 é", CHINESE)
    check.drive(encoded, "A a\r\n\x00 É", [])


def test_no_text_or_no_merges(check):
    check.drive(encoded, "the", ENGLISH)
    check.drive(encoded, "", ENGLISH)
    check.drive(encoded, "the sea", [])


def test_text_of_ids(check):
    check("decode", [261, 261, 115, 256, 259, 257, 32, 258, 260, 46], ENGLISH)
    check("decode", [104, 111, 257, 257, 33], ENGLISH)


def test_a_character_may_span_tokens(check):
    says = "The bytes of one token need not be whole characters: join them before decoding."
    check("decode", list("注é🙂".encode()), [], says_=says)
    check("decode", [258, 132, 143, 256, 168, 195, 169], CHINESE, says_=says)


def test_tokens_of_tokens(check):
    doubling = [(97, 98), *((256 + j, 256 + j) for j in range(7))]
    check("decode", [263, 99, 260], doubling)
    chain = [(120, 121), *((122 - j % 3, 256 + j) for j in range(40))]
    check("decode", [296, 256, 271], chain)


def test_no_ids(check):
    check("decode", [257, 33], ENGLISH)
    check("decode", [], ENGLISH)


def there_and_back(module, text, merges):
    """How many ids a text takes by its own merges, and the text they give back."""
    pairs = learned(module, text, merges)
    ids = module.encode(text, pairs)
    return len(ids), module.decode(list(ids), pairs)


def test_there_and_back(check, rng):
    for text in (SENTENCE, WORLD, letters(rng, 120, "ab é力"), "aaaa\n" * 5):
        check.drive(there_and_back, text, 16)


def results_and_inputs(module, text, pairs, ids):
    """Ids and text, and whether the pairs and ids handed over are what they were."""
    before = list(pairs), list(ids)
    found = encoded(module, text, pairs), module.decode(ids, pairs)
    return *found, pairs == before[0], ids == before[1]


def test_inputs_are_unchanged(check):
    says = "output[2] and output[3] say whether `pairs` and `ids` are still what they were."
    check.drive(results_and_inputs, "the theatre", ENGLISH, [258, 257, 46], says_=says)
