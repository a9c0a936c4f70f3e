"""What people get wrong in ex20: working functions, each with its misconception."""

from collections import Counter

import numpy as np
import scipy.sparse
from grader import mistake


def table(bags, vocabulary):
    """Sparse counts of bags of words, one row a bag."""
    counts = np.array([[bag[word] for word in vocabulary] for bag in bags], dtype=float)
    return scipy.sparse.csr_matrix(counts.reshape(len(bags), len(vocabulary)))


def bags_of(texts):
    return [Counter(text.lower().split()) for text in texts]


def words_in(bags):
    return sorted(set().union(*bags))


@mistake("you mark presence; count how often the word stands there", replaces="bag_of_words")
def presence(texts):
    bags = [Counter(set(bag)) for bag in bags_of(texts)]
    return table(bags, words_in(bags)), words_in(bags)


@mistake("you tell Red from red; turn to lower case first", replaces="bag_of_words")
def keeps_the_case(texts):
    bags = [Counter(text.split()) for text in texts]
    return table(bags, words_in(bags)), words_in(bags)


@mistake(
    "you split at single blanks, so tabs stay in words and double blanks give empty words; "
    "split() cuts at any white space",
    replaces="bag_of_words",
)
def splits_at_single_blanks(texts):
    bags = [Counter(text.lower().split(" ")) for text in texts]
    return table(bags, words_in(bags)), words_in(bags)


@mistake("your vocabulary is in the order of appearance; sort it", replaces="bag_of_words")
def order_of_appearance(texts):
    bags = bags_of(texts)
    vocabulary = list(dict.fromkeys(word for bag in bags for word in bag))
    return table(bags, vocabulary), vocabulary


@mistake(
    "your vocabulary is sorted and your columns are not; column j must count vocabulary[j]",
    replaces="bag_of_words",
)
def columns_out_of_step(texts):
    bags = bags_of(texts)
    return table(bags, list(dict.fromkeys(word for bag in bags for word in bag))), words_in(bags)


@mistake("you count letters; split the texts into words", replaces="bag_of_words")
def counts_letters(texts):
    bags = [Counter(text.lower()) for text in texts]
    return table(bags, words_in(bags)), words_in(bags)


@mistake(
    "you drop texts without words; each text has a row, be it all zeros", replaces="bag_of_words"
)
def drops_empty_texts(texts):
    bags = [bag for bag in bags_of(texts) if bag]
    return table(bags, words_in(bags)), words_in(bags)


@mistake(
    "you take the vocabulary from the first text; it holds the words of all texts",
    replaces="bag_of_words",
)
def vocabulary_of_the_first_text(texts):
    bags = bags_of(texts)
    return table(bags, sorted(bags[0])), sorted(bags[0])


@mistake("you divide by the length of the text; the counts stay counts", replaces="bag_of_words")
def relative_frequencies(texts):
    bags = [Counter({w: n / bag.total() for w, n in bag.items()}) for bag in bags_of(texts)]
    return table(bags, words_in(bags)), words_in(bags)


@mistake("your matrix has a row for each word; a row is a text", replaces="bag_of_words")
def words_by_texts(texts):
    bags = bags_of(texts)
    return table(bags, words_in(bags)).T.tocsr(), words_in(bags)


@mistake("your counts are a dense array; return a sparse matrix", replaces="bag_of_words")
def dense_counts(texts):
    bags = bags_of(texts)
    return table(bags, words_in(bags)).toarray(), words_in(bags)


def parts(matrix):
    """Dense counts, the number of texts, and df of at least one."""
    counts = np.asarray(matrix.todense(), dtype=float)
    return counts, len(counts), np.maximum((counts > 0).sum(axis=0), 1)


@mistake(
    "you weigh by how often a word occurs; df counts the texts that hold it", replaces="tf_idf"
)
def df_counts_occurrences(matrix):
    counts, n, _ = parts(matrix)
    return scipy.sparse.csr_matrix(counts * np.log(n / np.maximum(counts.sum(axis=0), 1)))


@mistake("you take the logarithm to base 10; take the natural one", replaces="tf_idf")
def base_ten(matrix):
    counts, n, df = parts(matrix)
    return scipy.sparse.csr_matrix(counts * np.log10(n / df))


@mistake("you take the logarithm to base 2; take the natural one", replaces="tf_idf")
def base_two(matrix):
    counts, n, df = parts(matrix)
    return scipy.sparse.csr_matrix(counts * np.log2(n / df))


@mistake("you add 1 to the idf; it is ln(N / df) alone", replaces="tf_idf")
def plus_one(matrix):
    counts, n, df = parts(matrix)
    return scipy.sparse.csr_matrix(counts * (np.log(n / df) + 1))


@mistake(
    "you smooth the idf as ln((1 + N) / (1 + df)) + 1, a library's default; it is ln(N / df)",
    replaces="tf_idf",
)
def smoothed(matrix):
    counts, n, _ = parts(matrix)
    df = (counts > 0).sum(axis=0)
    return scipy.sparse.csr_matrix(counts * (np.log((1 + n) / (1 + df)) + 1))


@mistake(
    "you add 1 to df to be safe, and a word in every text gets a negative weight; treat empty "
    "columns apart",
    replaces="tf_idf",
)
def one_added_to_df(matrix):
    counts, n, _ = parts(matrix)
    return scipy.sparse.csr_matrix(counts * np.log(n / (1 + (counts > 0).sum(axis=0))))


@mistake("your idf is upside down; rare words weigh more, ln(N / df)", replaces="tf_idf")
def upside_down(matrix):
    counts, n, df = parts(matrix)
    return scipy.sparse.csr_matrix(counts * np.log(df / n))


@mistake("you take N as the number of words; it is the number of texts", replaces="tf_idf")
def number_of_words(matrix):
    counts, _, df = parts(matrix)
    return scipy.sparse.csr_matrix(counts * np.log(counts.shape[1] / df))


@mistake("you weigh presence; multiply the idf by the count", replaces="tf_idf")
def forgets_the_counts(matrix):
    counts, n, df = parts(matrix)
    return scipy.sparse.csr_matrix((counts > 0) * np.log(n / df))


@mistake("your idf has no logarithm; it is ln(N / df)", replaces="tf_idf")
def no_logarithm(matrix):
    counts, n, df = parts(matrix)
    return scipy.sparse.csr_matrix(counts * (n / df))


@mistake("you divide counts by the length of the text; tf is the raw count", replaces="tf_idf")
def tf_as_a_share(matrix):
    counts, n, df = parts(matrix)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return scipy.sparse.csr_matrix(share * np.log(n / df))


@mistake("you scale the rows to length 1; leave them as they are", replaces="tf_idf")
def rows_of_length_one(matrix):
    counts, n, df = parts(matrix)
    weights = counts * np.log(n / df)
    length = np.linalg.norm(weights, axis=1, keepdims=True)
    return scipy.sparse.csr_matrix(weights / np.where(length > 0, length, 1))


@mistake(
    "you divide by a df of 0, and an empty column becomes NaN; it must give zeros",
    replaces="tf_idf",
)
def nan_for_empty_columns(matrix):
    counts, n, _ = parts(matrix)
    with np.errstate(divide="ignore", invalid="ignore"):
        return scipy.sparse.csr_matrix(counts * np.log(n / (counts > 0).sum(axis=0)))


@mistake("your weights are a dense array; return a sparse matrix", replaces="tf_idf")
def dense_weights(matrix):
    counts, n, df = parts(matrix)
    return counts * np.log(n / df)


@mistake("you weigh the caller's counts in place; make a new matrix", replaces="tf_idf")
def changes_the_counts(matrix):
    _, n, df = parts(matrix)
    matrix.data = matrix.data * np.log(n / df)[matrix.indices]
    return matrix
