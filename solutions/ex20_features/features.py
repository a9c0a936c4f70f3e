"""Reference of ex20."""

import numpy as np
import scipy.sparse


def bag_of_words(texts: list[str]) -> tuple[scipy.sparse.csr_matrix, list[str]]:
    """One entry for each occurrence; entries that meet in a cell are added up."""
    words_of = [text.lower().split() for text in texts]
    vocabulary = sorted({word for words in words_of for word in words})
    column_of = {word: column for column, word in enumerate(vocabulary)}
    rows = [row for row, words in enumerate(words_of) for _ in words]
    columns = [column_of[word] for words in words_of for word in words]
    ones = np.ones(len(rows), dtype=np.int64)
    shape = (len(texts), len(vocabulary))
    return scipy.sparse.coo_matrix((ones, (rows, columns)), shape=shape).tocsr(), vocabulary


def tf_idf(matrix: scipy.sparse.csr_matrix) -> scipy.sparse.csr_matrix:
    """Scale each column by ln(N / df), df the number of rows that hold the word."""
    df = np.asarray((matrix > 0).sum(axis=0)).ravel()
    idf = np.log(matrix.shape[0] / np.maximum(df, 1))  # an empty column holds zeros either way
    return (matrix @ scipy.sparse.diags(idf)).tocsr()
