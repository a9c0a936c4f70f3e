# Says: MemoryError | did not finish within
def attention(q, k, v, mask=None):
    hoard = []
    while True:
        hoard.append(bytearray(2**28))
