"""Prints the largest error of the gradients of every pair and layer.

python -m tests.benchmarks.gradient_errors
"""

import attention as A

from ..attention.cases import Case, layer_cases, pair_cases


def main() -> None:
    print("| pair or layer | central differences | complex step |")
    print("|---|---|---|")
    for case in pair_cases() + layer_cases():
        print(f"| {case.name} | {_error(case, 'central')} | {_error(case, 'complex')} |")


def _error(case: Case, method: str) -> str:
    report = A.check_gradients(
        case.target,
        case.inputs,
        options=case.options,
        method=method,  # type: ignore[arg-type]
        samples=20,
    )
    return f"{report.worst:.1e}"


if __name__ == "__main__":
    main()
