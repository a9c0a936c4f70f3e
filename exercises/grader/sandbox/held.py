"""What of the fence the kernel held around each worker of this run, and a sentence on the rest."""

WHOLE_FENCE = ("Landlock", "seccomp")
stood: set[str] = set()  # what the kernel held of each worker, in words


def weaker_fence() -> str:
    """A sentence, if the kernel did not hold all of the fence of every worker; else ""."""
    weak = {words for words in stood if not all(part in words for part in WHOLE_FENCE)}
    if not weak:
        return ""
    held = ", ".join(sorted(filter(None, weak))) or "nothing"
    return (
        f"Of the fence around an answer this kernel holds {held}; Python's own keeps accidents "
        "out, not malice: run only files you trust."
    )
