# Says: cannot be imported: ModuleNotFoundError: No module named 'nunpy'
import nunpy as np


def attention(q, k, v, mask=None):
    return np.zeros(1)
