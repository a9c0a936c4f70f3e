# Says: crashed its process (SIGKILL)
import signal


def attention(q, k, v, mask=None):
    signal.raise_signal(signal.SIGKILL)
