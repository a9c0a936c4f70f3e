"""One error for everything that is wrong with the data a user hands over.

Command lines print it as one sentence and leave with status 2; it never needs a traceback.
"""


class DataError(ValueError):
    """Input data cannot be used. The message says what was wrong and what to do."""
