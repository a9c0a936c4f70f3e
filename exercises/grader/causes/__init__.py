"""Why an answer is wrong, reasoned from what came back: tried in a fixed order, the surest first.

    known     a mistake of this exercise's corpus, alone
    raised    an error, by its own reason
    form      the kind of what came back, before its values
    values    how the right values became these: a factor, an axis, a place
    what_if   the right function, asked something else: no mask, other arguments
    repair    the student's own file with one change in it, or two, that make every call right
    slips     the right function with one slip in it, or two, made by machine
    both      a known mistake and one change in the student's file
    together  a known mistake with one of these on top

A cause is said only if it gives the student's numbers in every call of the function, those that
pass included. A cause that a single call contradicts is none.
"""

from grader.causes.explain import explain
from grader.causes.nothing import nothing_known

__all__ = ["explain", "nothing_known"]
