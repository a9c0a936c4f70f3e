# Says: KeyboardInterrupt
def attention(q, k, v, mask=None):
    raise KeyboardInterrupt
