"""What people get wrong in ex16: working functions, each with its misconception."""

from grader import mistake


def count(d, layers, dff, vocab, positions, *, d_out=0, norms=2, final=0, projections=4, biases=1):
    """The right count, with one knob for each thing people forget."""
    attention = projections * (d * d + biases * d)
    feed_forward = 2 * d * dff + biases * (dff + d)
    layer = attention + feed_forward + norms * 2 * d
    return (vocab + positions) * d + layers * layer + final + (d * vocab + biases * vocab) + d_out


@mistake(
    "you give every head projections of the full width; the heads share the columns of one",
    replaces="count_parameters",
)
def a_full_projection_for_each_head(d, layers, heads, dff, vocab, positions):
    return count(d, layers, dff, vocab, positions, projections=3 * heads + 1)


@mistake(
    "you count one head of each projection; all num_heads heads together fill d columns",
    replaces="count_parameters",
)
def one_head_only(d, layers, heads, dff, vocab, positions):
    right = count(d, layers, dff, vocab, positions)
    return right - layers * 3 * (d - d // heads) * (d + 1)


@mistake(
    "you count three projections a layer; the output projection is the fourth",
    replaces="count_parameters",
)
def no_output_projection(d, layers, heads, dff, vocab, positions):
    return count(d, layers, dff, vocab, positions, projections=3)


@mistake(
    "you leave the biases out; every projection, feed-forward layer and the output layer has one",
    replaces="count_parameters",
)
def no_biases(d, layers, heads, dff, vocab, positions):
    return count(d, layers, dff, vocab, positions, biases=0)


@mistake(
    "your output layer has no bias; it adds one number for each word of the vocabulary",
    replaces="count_parameters",
)
def no_output_bias(d, layers, heads, dff, vocab, positions):
    return count(d, layers, dff, vocab, positions, d_out=-vocab)


@mistake(
    "you let the output layer share the token table; here it has weights of its own",
    replaces="count_parameters",
)
def tied_output_layer(d, layers, heads, dff, vocab, positions):
    return count(d, layers, dff, vocab, positions, d_out=-d * vocab)


@mistake(
    "you leave out the position table; here positions are learnt, one row of d numbers each",
    replaces="count_parameters",
)
def no_position_table(d, layers, heads, dff, vocab, positions):
    return count(d, layers, dff, vocab, 0)


@mistake(
    "you count the position table once a layer; there is one for the whole model",
    replaces="count_parameters",
)
def position_table_in_every_layer(d, layers, heads, dff, vocab, positions):
    return count(d, layers, dff, vocab, positions * layers)


@mistake(
    "half of the layer norms' numbers are missing: a layer has two norms, and each a gain and "
    "a bias",
    replaces="count_parameters",
)
def one_layer_norm(d, layers, heads, dff, vocab, positions):
    return count(d, layers, dff, vocab, positions, norms=1)


@mistake(
    "you count a layer norm after the last layer; this model has none there",
    replaces="count_parameters",
)
def a_final_layer_norm(d, layers, heads, dff, vocab, positions):
    return count(d, layers, dff, vocab, positions, final=2 * d)


@mistake("you count the layers once; each has weights of its own", replaces="count_parameters")
def layers_share_their_weights(d, layers, heads, dff, vocab, positions):
    return count(d, 1, dff, vocab, positions)


@mistake(
    "your parameter count goes through a float and loses its last digits; keep to integers",
    replaces="count_parameters",
)
def parameters_as_float(d, layers, heads, dff, vocab, positions):
    return int(count(float(d), layers, dff, vocab, positions))


@mistake(
    "you count half the work: there are two n × n products, and each multiplication brings an "
    "addition",
    replaces="attention_flops",
)
def half_the_flops(n, d, num_heads):
    return 2 * n * n * d


@mistake(
    "you multiply by the number of heads; a head is only d / num_heads wide, so it cancels",
    replaces="attention_flops",
)
def flops_times_heads(n, d, num_heads):
    return 4 * n * n * d * num_heads


@mistake(
    "you count the flops of one head; all num_heads heads work, d columns together",
    replaces="attention_flops",
)
def flops_of_one_head(n, d, num_heads):
    return 4 * n * n * (d // num_heads)


@mistake(
    "you add the four projections to the flops; only the two n × n products are asked",
    replaces="attention_flops",
)
def flops_with_projections(n, d, num_heads):
    return 4 * n * n * d + 8 * n * d * d


@mistake(
    "your flops grow with the length, not with its square; every token meets every token",
    replaces="attention_flops",
)
def linear_flops(n, d, num_heads):
    return 4 * n * d


@mistake(
    "your flops grow with the square of the width; it is the length that is squared",
    replaces="attention_flops",
)
def squares_the_width(n, d, num_heads):
    return 4 * n * d * d


@mistake(
    "your bytes leave out the heads; each head keeps an n × n array of its own",
    replaces="attention_bytes",
)
def bytes_of_one_head(n, num_heads, batch, itemsize=4):
    return batch * n * n * itemsize


@mistake(
    "your bytes leave out the batch; each sequence has weights of its own",
    replaces="attention_bytes",
)
def bytes_of_one_sequence(n, num_heads, batch, itemsize=4):
    return num_heads * n * n * itemsize


@mistake("you count numbers, not bytes; multiply by itemsize", replaces="attention_bytes")
def numbers_not_bytes(n, num_heads, batch, itemsize=4):
    return batch * num_heads * n * n


@mistake("you count four bytes a number whatever itemsize is", replaces="attention_bytes")
def always_four_bytes(n, num_heads, batch, itemsize=4):
    return batch * num_heads * n * n * 4


@mistake(
    "your bytes grow with the length, not with its square; the weights are n × n",
    replaces="attention_bytes",
)
def linear_bytes(n, num_heads, batch, itemsize=4):
    return batch * num_heads * n * itemsize


@mistake("your default is eight bytes a number; float32 has four", replaces="attention_bytes")
def double_precision_by_default(n, num_heads, batch, itemsize=8):
    return batch * num_heads * n * n * itemsize
