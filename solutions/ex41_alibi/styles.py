"""Right answers to ex41 in other styles."""

import math

import numpy as np
from grader import style


@style("a loop over heads")
def slopes(heads):
    found = []
    for head in range(1, heads + 1):
        found.append(2 ** (-8 * head / heads))
    return np.array(found)


@style("each slope from the one before", replaces="slopes")
def slopes_by_ratio(heads):
    return np.cumprod(np.full(heads, math.pow(2, -8 / heads)))


@style("powers of the first slope, as the authors write it", replaces="slopes")
def powers_of_the_first(heads):
    first = 2 ** -(2 ** -(math.log2(heads) - 3))
    return np.array([first * first**head for head in range(heads)])


@style("a loop over heads, queries and keys", replaces="alibi")
def alibi_with_loops(n, heads):
    table = np.full((heads, n, n), -math.inf)
    for head in range(heads):
        for query in range(n):
            for key in range(query + 1):
                table[head, query, key] = -(2 ** (-8 * (head + 1) / heads)) * (query - key)
    return table


@style("einsum, and a triangle of −∞ added", replaces="alibi")
def alibi_with_einsum(n, heads):
    steps = 2.0 ** -np.linspace(8 / heads, 8, heads)
    distance = np.subtract.outer(np.arange(float(n)), np.arange(float(n)))
    future = np.triu(np.full((n, n), -np.inf), 1)
    return -np.einsum("h,ij->hij", steps, distance) + future


@style("in place, Fortran order", replaces="alibi")
def alibi_in_place(n, heads):
    table = np.zeros((heads, n, n), order="F")
    table += np.arange(n)
    table -= np.arange(n)[:, None]
    table *= np.exp2(-8 / heads * (1 + np.arange(heads)))[:, None, None]
    table[:, *np.triu_indices(n, 1)] = -np.inf
    return table
