"""What has passed comes back after 1, 3, 7 and 21 days, from a fresh stub, against the clock."""

from datetime import timedelta

from attention_workbook.state import Progress, now, stamp

DAYS = (1, 3, 7, 21)


def first_review(name: str, progress: Progress) -> None:
    """After a first pass: the exercise comes back tomorrow."""
    if "review" not in progress.entry(name):
        put_off(name, progress, 0)


def put_off(name: str, progress: Progress, step: int) -> None:
    """Set when an exercise comes back: in ``DAYS[step]`` days."""
    due = (now() + timedelta(days=DAYS[step])).date().isoformat()
    progress.note(name, review={"last": stamp(now()), "due": due, "step": step})
