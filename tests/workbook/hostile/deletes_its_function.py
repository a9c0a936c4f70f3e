# Says: there is no `attention` in your file
def attention(q, k, v, mask=None):
    return q, k


del attention
