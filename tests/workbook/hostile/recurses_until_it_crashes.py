# Says: crashed its process (SIGSEGV | maximum recursion depth
import sys

sys.setrecursionlimit(10**9)


def attention(q, k, v, mask=None):
    class Deep:
        def __repr__(self):
            return repr(self)

    return repr(Deep())
