"""ex16: count the parameters of a transformer, and what its attention costs."""


def count_parameters(
    d_model: int,
    num_layers: int,
    num_heads: int,
    dff: int,
    input_vocab_size: int,
    maximum_position_encoding: int,
) -> int:
    """Numbers that training changes in an encoder language model.

    Token table, position table, `num_layers` layers, output layer. A layer has four d × d
    projections, a feed-forward part d → dff → d and two layer norms. Biases everywhere, no
    shared weights, no norm after the last layer. An exact integer comes back.
    """
    raise NotImplementedError


def attention_flops(n: int, d: int, num_heads: int) -> int:
    """Additions and multiplications of the two n × n products of one multi-head attention.

    n tokens, model width d (all heads together), one sequence. Scores and weighted sum only:
    no projections, no softmax. A multiply and an add count one each.
    """
    raise NotImplementedError


def attention_bytes(n: int, num_heads: int, batch: int, itemsize: int = 4) -> int:
    """Bytes of the attention weights of one layer, numbers of `itemsize` bytes."""
    raise NotImplementedError
