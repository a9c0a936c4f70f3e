"""What people get wrong in ex38: working functions, each with its misconception."""

import numpy as np
from grader import mistake


def scaled(w, scale):
    return np.rint(w / scale).astype(np.int8), scale


def scale_of(w, largest=127):
    scale = np.abs(w).max(axis=0) / np.asarray(largest, w.dtype)
    scale[scale == 0] = 1
    return scale


@mistake("you take one scale for the whole matrix; each column has its own", replaces="quantize")
def one_scale(w):
    scale = np.full(w.shape[1], np.abs(w).max() / 127 or 1.0, w.dtype)
    return scaled(w, scale)


@mistake("you take a scale a row; each column has its own", replaces="quantize")
def scale_a_row(w):
    scale = np.abs(w).max(axis=1) / 127
    scale[scale == 0] = 1
    return np.rint(w / scale[:, None]).astype(np.int8), scale


@mistake("you divide the largest absolute value by 128; by 127", replaces="quantize")
def divides_by_128(w):
    scale = scale_of(w, 128)
    return np.clip(np.rint(w / scale), -128, 127).astype(np.int8), scale


@mistake(
    "you divide the largest absolute value by 255; the numbers go to ±127", replaces="quantize"
)
def divides_by_255(w):
    scale = scale_of(w, 255)
    return np.clip(np.rint(w / scale), -127, 127).astype(np.int8), scale


@mistake("your scale is the largest absolute value itself; divide it by 127", replaces="quantize")
def largest_as_scale(w):
    scale = np.abs(w).max(axis=0)
    scale[scale == 0] = 1
    return np.rint(w / scale * 127).astype(np.int8), scale


@mistake("you return 127 / largest; the scale is largest / 127", replaces="quantize")
def scale_upside_down(w):
    scale = scale_of(w)
    return np.rint(w / scale).astype(np.int8), 1 / scale


@mistake("you take the largest value, not the largest absolute value", replaces="quantize")
def largest_without_abs(w):
    scale = w.max(axis=0) / 127
    scale[scale == 0] = 1
    return np.clip(np.rint(w / scale), -127, 127).astype(np.int8), scale


@mistake(
    "you spread the column from its smallest to its largest value; the scale is symmetric about 0",
    replaces="quantize",
)
def smallest_to_largest(w):
    scale = (w.max(axis=0) - w.min(axis=0)) / 255
    scale[scale == 0] = 1
    return np.clip(np.rint(w / scale), -128, 127).astype(np.int8), scale


@mistake("you take the mean absolute value; the largest counts", replaces="quantize")
def mean_for_largest(w):
    scale = np.abs(w).mean(axis=0) / 127
    scale[scale == 0] = 1
    return np.clip(np.rint(w / scale), -127, 127).astype(np.int8), scale


@mistake("you cut the fraction off; round to the nearest whole number", replaces="quantize")
def truncates(w):
    scale = scale_of(w)
    return (w / scale * (1 + 1e-12)).astype(np.int8), scale


@mistake(
    "you cut the fraction off, which makes 126 of 126.99; round to the nearest whole number",
    replaces="quantize",
)
def truncates_the_quotient(w):
    scale = scale_of(w)
    return (w / scale).astype(np.int8), scale


@mistake("you round down; round to the nearest whole number", replaces="quantize")
def rounds_down(w):
    scale = scale_of(w)
    return np.floor(w / scale + 1e-9).astype(np.int8), scale


@mistake("you round halves up; they go to the even neighbour", replaces="quantize")
def halves_up(w):
    scale = scale_of(w)
    return np.floor(w / scale + 0.5).astype(np.int8), scale


@mistake("you round halves away from 0; they go to the even neighbour", replaces="quantize")
def halves_away_from_zero(w):
    scale = scale_of(w)
    return (np.sign(w) * np.floor(np.abs(w) / scale + 0.5)).astype(np.int8), scale


@mistake(
    "you give a column of zeros the scale 0; it is 1, which can be divided by", replaces="quantize"
)
def zero_scale(w):
    q, scale = scaled(w, scale_of(w))
    return q, np.where(np.abs(w).max(axis=0) == 0, 0, scale).astype(w.dtype)


@mistake(
    "you take 1 for the largest of a column of zeros; its scale itself is 1", replaces="quantize"
)
def zeros_with_largest_one(w):
    largest = np.abs(w).max(axis=0)
    largest[largest == 0] = 1
    return scaled(w, largest / 127)


@mistake(
    "you add a small number to every scale; only a column of zeros is special", replaces="quantize"
)
def scale_with_an_epsilon(w):
    return scaled(w, (np.abs(w).max(axis=0) / 127 + 1e-6).astype(w.dtype))


@mistake(
    "you raise small scales to a floor; only a column of zeros is special", replaces="quantize"
)
def scale_with_a_floor(w):
    scale = np.maximum(np.abs(w).max(axis=0) / 127, 1e-5).astype(w.dtype)
    return scaled(w, np.where(np.abs(w).max(axis=0) == 0, 1, scale).astype(w.dtype))


@mistake("you multiply by the scale; divide w by it", replaces="quantize")
def multiplies_by_the_scale(w):
    scale = scale_of(w)
    return np.clip(np.rint(w * scale), -127, 127).astype(np.int8), scale


@mistake("you return whole numbers as floats; q is int8", replaces="quantize")
def floats_for_int8(w):
    scale = scale_of(w)
    return np.rint(w / scale), scale


@mistake(
    "you return whole numbers of 64 bits, eight times the memory; q is int8", replaces="quantize"
)
def int64_for_int8(w):
    scale = scale_of(w)
    return np.rint(w / scale).astype(np.int64), scale


@mistake("your q is unsigned, with 128 for 0; it is signed", replaces="quantize")
def unsigned(w):
    scale = scale_of(w)
    return (np.rint(w / scale) + 128).astype(np.uint8), scale


@mistake("your scale has shape (1, f); it is (f,)", replaces="quantize")
def scale_as_a_row(w):
    q, scale = scaled(w, scale_of(w))
    return q, scale[None, :]


@mistake("you turn the scale of float32 weights into float64", replaces="quantize")
def scale_in_float64(w):
    return scaled(w, scale_of(w.astype(np.float64)))


@mistake("you divide the caller's weights in place; work on a copy", replaces="quantize")
def divides_in_place(w):
    scale = scale_of(w)
    w /= scale
    return np.rint(w).astype(np.int8), scale


@mistake("you forget the scale; multiply the sums by it", replaces="int8_matmul")
def forgets_the_scale(x, q, scale):
    return x @ q


@mistake("you divide by the scale; multiply by it", replaces="int8_matmul")
def divides_by_the_scale(x, q, scale):
    return (x @ q) / scale


@mistake(
    "you make the weights again, q * scale; multiply the sum by the scale instead",
    replaces="int8_matmul",
)
def makes_the_weights_again(x, q, scale):
    return x @ (q * scale)


@mistake(
    "you multiply by one scale for all outputs; each output has its own", replaces="int8_matmul"
)
def one_scale_for_all(x, q, scale):
    return (x @ q) * scale[0]


@mistake("you multiply by the mean scale; each output has its own", replaces="int8_matmul")
def mean_scale(x, q, scale):
    return (x @ q) * scale.mean()


@mistake("you multiply by the scale twice", replaces="int8_matmul")
def scale_twice(x, q, scale):
    return (x @ q) * scale * scale


@mistake("you add the scale; multiply by it", replaces="int8_matmul")
def adds_the_scale(x, q, scale):
    return x @ q + scale


@mistake("you divide by 127 once more; the scale holds it already", replaces="int8_matmul")
def divides_by_127_again(x, q, scale):
    return (x @ q) * scale / 127


@mistake("you round x to whole numbers; only the weights are rounded", replaces="int8_matmul")
def rounds_x(x, q, scale):
    return ((np.rint(x) @ q) * scale).astype(x.dtype)


@mistake("you turn x into int8, which cuts its fraction and wraps round", replaces="int8_matmul")
def x_as_int8(x, q, scale):
    whole = np.clip(np.trunc(x), -128, 127)
    return ((whole @ q) * scale).astype(x.dtype)


@mistake(
    "you quantize x as well, which adds an error of its own; only the weights are rounded",
    replaces="int8_matmul",
)
def quantizes_x(x, q, scale):
    largest = np.abs(x).max(axis=-1, keepdims=True, initial=0) / np.asarray(127, x.dtype)
    largest[largest == 0] = 1
    return ((np.rint(x / largest) @ q) * largest * scale).astype(x.dtype)


@mistake("you flatten the leading axes and do not give them back", replaces="int8_matmul")
def flattens(x, q, scale):
    return (x.reshape(-1, x.shape[-1]) @ q) * scale


@mistake("you return float64 for float32; out is of x's dtype", replaces="int8_matmul")
def product_in_float64(x, q, scale):
    return (x.astype(np.float64) @ q) * scale


@mistake("you compute in float32 whatever x is; float64 stays float64", replaces="int8_matmul")
def product_in_float32(x, q, scale):
    with np.errstate(over="ignore", invalid="ignore"):
        return ((x.astype(np.float32) @ q).astype(np.float32) * scale).astype(x.dtype)


@mistake("you turn the scales into whole numbers; they are fractions", replaces="int8_matmul")
def whole_scales(x, q, scale):
    return ((x @ q) * np.rint(scale)).astype(x.dtype)


@mistake("you scale the caller's x in place; work on a copy", replaces="int8_matmul")
def scales_x_in_place(x, q, scale):
    out = (x @ q) * scale
    x *= scale[0]
    return out


@mistake(
    "you take the largest value, or 1 where it is not above 0; it is the largest absolute value",
    replaces="quantize",
)
def largest_without_abs_if_positive(w):
    top = w.max(axis=0)
    scale = np.where(top > 0, top / w.dtype.type(127), w.dtype.type(1))
    whole = np.where(top > 0, np.rint(w / scale), 0)
    return np.clip(whole, -128, 127).astype(np.int8), scale
