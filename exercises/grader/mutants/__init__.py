"""Makes wrong answers by machine: each reference and right style, changed in one place.

``python -m grader.mutants [exNN ...]``, run in ``exercises/``, hands every mutant to the checks.
What no check rejects either stands in ``equivalents/``, with the reason why it is right, or is a
gap in the checks.
"""
