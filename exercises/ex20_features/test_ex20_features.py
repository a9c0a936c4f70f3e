"""Checks of ex20: counts and columns first, then weights, then empty rows and columns, sparsity."""

import contextlib

import numpy as np
import scipy.sparse

FORBIDDEN = {"sklearn": "the exercise is to count and weigh yourself"}

SHOP = [
    "red shoes and red socks",
    "blue shoes",
    "socks and socks and blue socks",
    "green hat and red hat",
]


def plain(matrix):
    """A result as dense numbers; a result that is not sparse is said to be so."""
    if not scipy.sparse.issparse(matrix):
        return f"not sparse: {type(matrix).__name__}"
    return np.asarray(matrix.todense(), dtype=np.float64)


def counted(module, texts):
    matrix, vocabulary = module.bag_of_words(texts)
    if isinstance(vocabulary, dict):  # word to column says the same
        vocabulary = sorted(vocabulary, key=vocabulary.get)
    return plain(matrix), [str(word) for word in vocabulary]


def counted_often(module, times):
    """The counts of two texts that say one word over and over."""
    return counted(module, ["shoes " + "red " * times, "red hat " * (times // 2)])


def weighed(module, counts):
    """tf-idf of a dense table, handed over in the format the student's own counts have."""
    try:
        form = type(module.bag_of_words(["one two"])[0])
        matrix = form(counts)
    except Exception:
        matrix = scipy.sparse.csr_matrix(counts)
    return plain(module.tf_idf(matrix))


def weighed_with_stored_zeros(module, counts):
    """tf-idf of a table of floats some of whose stored entries are 0, and the table afterwards."""
    matrix = scipy.sparse.csr_matrix(counts + 1.0)
    matrix.data -= 1
    with contextlib.suppress(Exception):
        matrix = type(module.bag_of_words(["one two"])[0])(matrix)
    return plain(module.tf_idf(matrix)), plain(matrix)


def some_texts(rng, texts=9, words=13):
    names = ["".join(rng.choice(list("abcdefgh"), 5)) for _ in range(words)]
    return [" ".join(rng.choice(names, rng.integers(3, 17))) for _ in range(texts)]


def some_counts(rng, texts=7, words=11):
    counts = rng.poisson(0.8, (texts, words))
    counts[0], counts[1] = np.arange(words) % 3, 0
    counts[2, 0] = 2
    return counts


def test_counts_and_vocabulary(check, rng):
    check.drive(counted, SHOP)
    check.drive(counted, some_texts(rng))


def test_upper_and_lower_case_are_one_word(check):
    check.drive(counted, ["Red shoes RED", "blue Shoes red shoes", "Blue Hat"])
    check.drive(counted, ["ÉTÉ été Straße", "STRASSE straße Été", "a A I i"])


def test_nothing_is_taken_off_a_word(check):
    says = "A word is what lower() and split() leave: punctuation, digits, one letter and all."
    texts = [
        "red, red. red 3 3.5 a",
        "don't (red) red-hot the a I",
        "_x_ #1 1 & the, the 日本 日",
    ]
    check.drive(counted, texts, says_=says)


def test_any_white_space_separates(check):
    check.drive(counted, ["red  shoes", " blue\tshoes\nshoes ", "hat \u3000red\u00a0hat"])


def test_a_text_without_words_has_a_row(check):
    check.drive(counted, ["red shoes red", "", "shoes hat", "   "])
    check.drive(counted, ["", " \t"])


def test_words_of_later_texts_have_columns(check):
    check.drive(counted, ["red red", "shoes red shoes blue", "amber hat hat hat shoes"])


def test_a_word_said_very_often(check):
    says = "A count of 300 is no whole number of 8 bits."
    check.drive(counted_often, 300, says_=says)


def test_one_text(check):
    check.drive(counted, ["to be or not to be"])


def test_weights_of_random_counts(check, rng):
    check.drive(weighed, some_counts(rng))
    check.drive(weighed, some_counts(rng, texts=12, words=5))


def test_a_word_in_every_text_weighs_nothing(check, rng):
    counts = some_counts(rng, texts=6, words=8)
    counts[:, 3] += 1
    check.drive(weighed, counts)


def test_a_word_in_no_text_weighs_nothing(check, rng):
    counts = some_counts(rng, texts=6, words=8)
    counts[:, 5] = 0
    check.drive(weighed, counts)
    says = "A stored 0 is no occurrence: df counts the texts that hold the word."
    check.drive(weighed_with_stored_zeros, counts, says_=says)


def test_one_text_weighs_nothing(check):
    check.drive(weighed, np.array([[3, 1, 2, 5]]))


def counted_then_weighed(module, texts):
    matrix, _ = module.bag_of_words(texts)
    return plain(module.tf_idf(matrix))


def test_from_texts_to_weights(check, rng):
    check.drive(counted_then_weighed, SHOP)
    check.drive(counted_then_weighed, some_texts(rng, texts=14, words=10))


def weighed_and_input(module, texts):
    """Weights, and the counts as they are afterwards."""
    matrix, _ = module.bag_of_words(texts)
    weights = plain(module.tf_idf(matrix))
    return weights, plain(matrix)


def test_the_counts_are_unchanged(check, rng):
    check.drive(weighed_and_input, some_texts(rng))
