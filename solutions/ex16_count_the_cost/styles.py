"""Right answers to ex16 in other styles."""

import math

import numpy as np
from grader import style


@style("list of shapes", replaces="count_parameters")
def parameters_from_shapes(
    d_model, num_layers, num_heads, dff, input_vocab_size, maximum_position_encoding
):
    d = d_model
    layer = [(d, d), (d,)] * 4 + [(d, dff), (dff,), (dff, d), (d,)] + [(d,)] * 4
    around = [
        (input_vocab_size, d),
        (maximum_position_encoding, d),
        (d, input_vocab_size),
        (input_vocab_size,),
    ]
    return sum(math.prod(shape) for shape in around + num_layers * layer)


@style("head by head", replaces="count_parameters")
def parameters_head_by_head(
    d_model, num_layers, num_heads, dff, input_vocab_size, maximum_position_encoding
):
    width = d_model // num_heads
    total = (input_vocab_size + maximum_position_encoding) * d_model
    for _ in range(num_layers):
        for head in range(num_heads):
            # The last head takes what is left when the width does not divide evenly.
            columns = width if head < num_heads - 1 else d_model - width * (num_heads - 1)
            total += 3 * (d_model * columns + columns)
        total += d_model * d_model + d_model
        total += d_model * dff + dff + dff * d_model + d_model + 4 * d_model
    return total + (d_model + 1) * input_vocab_size


@style("numpy integers", replaces="attention_flops")
def flops_in_numpy(n, d, num_heads):
    n = np.int64(n)
    return 4 * n * n * d


@style("sum of products", replaces="attention_flops")
def flops_term_by_term(n, d, num_heads):
    multiplications = n * n * d
    additions = n * n * d
    scores = multiplications + additions
    weighted_sum = multiplications + additions
    return scores + weighted_sum


@style("shape of the weights", replaces="attention_bytes")
def bytes_from_the_shape(n, num_heads, batch, itemsize=4):
    return math.prod((batch, num_heads, n, n)) * itemsize
