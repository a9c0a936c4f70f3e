# Says: nested more than 40 deep
def attention(q, k, v, mask=None):
    out = []
    out.append(out)
    return out
