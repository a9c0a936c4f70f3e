"""Right answers to ex20 in other styles: other formats, other loops."""

import math
from collections import Counter

import numpy as np
import scipy.sparse
from grader import style


@style("counters and a dictionary of keys", replaces="bag_of_words")
def counts_with_counters(texts):
    bags = [Counter(text.lower().split()) for text in texts]
    vocabulary = sorted(set().union(*bags))
    matrix = scipy.sparse.dok_matrix((len(texts), len(vocabulary)))
    for row, bag in enumerate(bags):
        for word, count in bag.items():
            matrix[row, vocabulary.index(word)] = count
    return matrix, vocabulary


@style("the three arrays of csr, float32, as a sparse array", replaces="bag_of_words")
def counts_as_csr_arrays(texts):
    vocabulary, inverse = np.unique(
        np.array([word for text in texts for word in text.lower().split()]), return_inverse=True
    )
    lengths = [len(text.split()) for text in texts]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    ones = np.ones(inverse.size, dtype=np.float32)
    matrix = scipy.sparse.csr_array((ones, inverse, starts), (len(texts), vocabulary.size))
    matrix.sum_duplicates()
    return matrix, vocabulary.tolist()


@style("a vocabulary as a dictionary", replaces="bag_of_words")
def counts_with_a_dictionary(texts):
    words = sorted({word for text in texts for word in text.lower().split()})
    column = {word: at for at, word in enumerate(words)}
    matrix = scipy.sparse.lil_matrix((len(texts), len(words)), dtype=int)
    for row, text in enumerate(texts):
        for word in text.lower().split():
            matrix[row, column[word]] += 1
    return matrix.tocsc(), column


@style("multiply by a row", replaces="tf_idf")
def weights_by_broadcast(matrix):
    df = np.asarray((matrix != 0).astype(int).sum(axis=0)).ravel()
    idf = np.zeros(df.size)
    idf[df > 0] = np.log(matrix.shape[0] / df[df > 0])
    return matrix.multiply(idf[None, :])


@style("entry by entry", replaces="tf_idf")
def weights_entry_by_entry(matrix):
    entries = scipy.sparse.coo_matrix(matrix)
    entries.sum_duplicates()
    df = Counter(int(column) for column, count in zip(entries.col, entries.data) if count)
    weights = [
        float(count) * math.log(matrix.shape[0] / df[int(column)]) if count else 0.0
        for column, count in zip(entries.col, entries.data)
    ]
    return scipy.sparse.coo_matrix((weights, (entries.row, entries.col)), matrix.shape)


@style("in place on its own copy", replaces="tf_idf")
def weights_on_a_copy(matrix):
    weights = scipy.sparse.csc_matrix(matrix, dtype=float, copy=True)
    weights.eliminate_zeros()
    df = np.diff(weights.indptr)
    weights.data *= np.repeat(np.log(matrix.shape[0] / np.maximum(df, 1)), df)
    return weights
