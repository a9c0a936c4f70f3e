# Says: None
def attention(q, k, v, mask=None):
    pass
