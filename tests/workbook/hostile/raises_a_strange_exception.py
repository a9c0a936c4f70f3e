# Says: Strange: (its message cannot be shown)
class Strange(BaseException):
    def __str__(self):
        raise Strange


def attention(q, k, v, mask=None):
    raise Strange
