"""ex20: texts to sparse counts, and counts to tf-idf."""

import scipy.sparse


def bag_of_words(texts: list[str]) -> tuple[scipy.sparse.spmatrix, list[str]]:
    """Counts of the words of N texts, and the sorted list of the V words.

    Words are text.lower().split(): lower case, cut at any white space. The matrix is (N, V), in
    any format of scipy.sparse; entry (i, j) says how often vocabulary[j] stands in texts[i]. A
    text without words has a row of zeros.
    """
    raise NotImplementedError


def tf_idf(matrix: scipy.sparse.spmatrix) -> scipy.sparse.spmatrix:
    """Counts (N, V) weighed by rarity: count · ln(N / df), sparse again.

    df is the number of texts that hold the word at least once. Natural logarithm, no smoothing,
    no normalisation; a column with no count gives zeros. The input stays as it is.
    """
    raise NotImplementedError
