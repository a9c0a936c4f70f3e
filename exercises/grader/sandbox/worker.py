"""The process a student's file runs in: reads requests, runs them, writes back plain data.

Started by runner.py as a script, with two file descriptors of its own. It knows the inputs, never
the expected answers.
"""

import os
import sys
import types
import warnings


def main() -> None:
    """Serve one student's file until the parent closes the pipe."""
    requests = os.fdopen(int(sys.argv[1]), "rb")
    answers = os.fdopen(int(sys.argv[2]), "wb")
    home = sys.argv[3]
    sys.path += [entry for entry in sys.argv[3:] if entry not in sys.path]
    sys.dont_write_bytecode = True
    warnings.showwarning = lambda *_, **__: None  # what is shown quotes the source, and reads ours

    from grader.sandbox import execute, fence, kernel, wire
    from grader.sandbox.reach import reach_of

    def send(value: object) -> None:
        data = wire.encode(value)
        answers.write(len(data).to_bytes(8, "little") + data)
        answers.flush()

    def receive() -> dict | None:
        head = requests.read(8)
        return (
            wire.decode(requests.read(int.from_bytes(head, "little"))) if len(head) == 8 else None
        )

    setup = receive()
    if setup is None:
        return
    kernel.limit_resources()
    kernel.perturb_memory()
    path = setup["path"]
    tests = execute.load_module("workbook_tests", setup["tests"]) if setup["tests"] else None
    prepare = getattr(tests, "PREPARE", None)
    if prepare is not None:
        prepare()
    base = execute.load_answer(setup) if setup["overlay"] else None
    if setup["overlay"]:
        execute.lay_over(base, *setup["overlay"])
    own_paths = [path, *(part["path"] for part in setup["parts"])]
    packages = sys.argv[4:]
    fence = fence.Sandbox(own_paths, setup["fences"], setup["readable"])
    del sys.argv[1:]
    known = (entry for entry in sys.path if os.path.exists(entry))  # no names of installers
    sys.path = [entry for entry in known if entry != home]
    sys.modules.pop("workbook_tests", None)
    sys.modules["__main__"] = types.ModuleType("__main__")  # doctest looks there for its tests
    send({"stands": kernel.fence(reach_of(own_paths, packages), setup["parent"])})  # for good
    fence.arm()

    error = None
    module: object = base
    if base is None:
        try:
            module = execute.load_answer(setup)
        except BaseException as problem:
            error = execute.describe_error(problem, own_paths)
    fence.note_replacements()
    send({"error": error, "violations": fence.violations, "printed": fence.printed.take()})

    while (message := receive()) is not None:
        fence.violations.clear()
        request = execute.Request(**message["request"])
        outcome = execute.run(module, request, tests, own_paths, wire.encode)
        fence.note_replacements()
        answer = outcome._asdict()
        answer["violations"] = list(fence.violations)
        answer["printed"] = fence.printed.take()
        send({**answer, "number": message["number"]})


main()
