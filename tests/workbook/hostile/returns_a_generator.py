# Says: generator, not plain numbers, text or arrays
def attention(q, k, v, mask=None):
    yield q
    yield k
