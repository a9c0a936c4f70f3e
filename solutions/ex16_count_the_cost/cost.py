"""Reference of ex16."""


def count_parameters(
    d_model: int,
    num_layers: int,
    num_heads: int,
    dff: int,
    input_vocab_size: int,
    maximum_position_encoding: int,
) -> int:
    """Tables, layers, output layer; the number of heads plays no part."""
    d = d_model
    tables = input_vocab_size * d + maximum_position_encoding * d
    attention = 4 * (d * d + d)  # query, key, value, output
    feed_forward = (d * dff + dff) + (dff * d + d)
    layer_norms = 2 * (d + d)  # a gain and a bias each
    output = d * input_vocab_size + input_vocab_size
    return tables + num_layers * (attention + feed_forward + layer_norms) + output


def attention_flops(n: int, d: int, num_heads: int) -> int:
    """Two products, n · n · d/H multiplications and as many additions in each of H heads."""
    one_product = 2 * n * n * d
    return 2 * one_product


def attention_bytes(n: int, num_heads: int, batch: int, itemsize: int = 4) -> int:
    """An n × n array for every head of every sequence."""
    return batch * num_heads * n * n * itemsize
