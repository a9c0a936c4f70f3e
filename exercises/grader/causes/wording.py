"""How a change of the student's file is told: what stands there and what it should be."""

from grader.causes.search import Chosen
from grader.mutants.switches import Slip

LONGEST = 60  # characters of code in a sentence
SHOULD = {
    "constant": "be another number",
    "plausible constant": "be another number",
    "operator": "be another operation",
    "comparison": "be another comparison",
    "another function": "be another function",
    "to add": "be += in place of =",
    "np.add.at": "be np.add.at: += adds once where a place comes up twice",
    "another variable": "be another variable",
    "another key": "be another key",
    "another size": "be another size",
    "its own sum": "be divided by its own sum",
    "None alone": "ask for None alone: 0 and what is empty count as false too",
    "sorted": "be sorted with reverse=True: [::-1] turns equal ones round as well",
    "slice dropped": "stand without the slice",
    "counted from the end": "be counted from the other end",
    "and/or": "be the other of `and` and `or`",
    "bound dropped": "be one of its two alone",
    "branch": "be one of its two cases alone",
    "where dropped": "be one of its two cases alone",
    "condition dropped": "have one condition less",
    "cut to an int": "be a whole number",
    "option dropped": "have one option less",
    "range cut short": "have another number of rounds",
    "reshaped order": "have another order of the numbers",
    "sign or not dropped": "stand without its sign or `not`",
    "swapped": "have its parts exchanged",
    "term dropped": "have one term or factor less",
    "term repeated": "have one term or factor twice",
    "transposition dropped": "stand without the transposition",
    "transposition": "be transposed",
    "call dropped": "stand without the function",
    "line dropped": "be left out",
    "never done": "never hold",
    "always done": "always hold",
    "slice opened": "lose one of its borders",
    "slice shifted": "have a border moved by one",
    "an alias for a copy": "be no copy",
    "loop left": "end the loop",
    "loop not left": "go on with the loop",
    "a copy": "be a copy",
    "a sign": "have the other sign",
    "a factor": "have another factor",
    "a square": "be squared",
    "a gate": "be a gate of 0 and 1",
    "random numbers": "be random numbers",
    "an axis": "have an axis to run along",
    "one argument more": "have one argument more",
    "a bracket": "have its bracket end elsewhere",
}


def in_either(several: list[Chosen]) -> str:
    """The place that has to change, or both of which one has to."""
    place, *others = (place_of(chosen[0]) for chosen in several)
    return f"either {place}, or {others[0]}" if others else place


def place_of(slip: Slip) -> str:
    """What stands at the place of a change, and what it should be."""
    role = f" ({slip.role})" if slip.role else ""
    should = SHOULD.get(slip.kind) or slip.kind.removeprefix("to ")
    return f"`{cut(slip.before)}` in line {slip.line}{role} should {should}"


def cut(code: str) -> str:
    """Code in a sentence: its beginning, with dots where it goes on."""
    return code if len(code) <= LONGEST else f"{code[: LONGEST - 3]}..."
