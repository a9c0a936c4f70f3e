# Says: did not finish within
import signal


def attention(q, k, v, mask=None):
    signal.raise_signal(signal.SIGSTOP)
