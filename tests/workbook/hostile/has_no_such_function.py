# Says: there is no `attention` in your file
def atention(q, k, v, mask=None):
    return q, k
