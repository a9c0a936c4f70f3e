"""One error for every file that cannot be used."""


class FileFormatError(ValueError):
    """A file is damaged, or is not what it was taken for; the message says which and what to do."""
