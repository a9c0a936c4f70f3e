"""Put before a source with switches: sets them, and runs one call with many settings in turn."""

import copy as _copy_
import signal as _signal_
import sys as _sys_
import threading as _threading_
import time as _time_

import numpy as _np_

_seen_: set = set()
_unset_ = object()
_LONGEST_, _LARGEST_ = 0.5, 100_000  # seconds of computing in one call; numbers in what it returns


class _Recording_(list):
    """Switches that note which were asked."""

    def __getitem__(self, place):
        _seen_.add(place)
        return list.__getitem__(self, place)


def _choose_(chosen, record, places=0):
    """Set these switches, and no others."""
    global _on_
    zeros = [0] * (places or len(_on_))
    _on_ = _Recording_(zeros) if record else zeros
    for place, form in chosen:
        _on_[place] = form


def _touched_(function, args, kwargs, drive):
    """The places that a call comes by."""
    _seen_.clear()
    _choose_([], True)
    _tried_(function, args, kwargs, drive)
    _choose_([], False)
    return sorted(_seen_)


def _tries_(function, args, kwargs, drive, settings):
    """What a call returns under each setting, None where that is no plain data; and the seconds."""
    answers, start = [], _time_.process_time()
    for chosen in settings:
        _choose_(chosen, False)
        answers.append(_tried_(function, args, kwargs, drive))
    _choose_([], False)
    return answers, _time_.process_time() - start


def _tried_(function, args, kwargs, drive):
    args, kwargs = _copy_.deepcopy((list(args), kwargs))
    call = function if drive else globals()[function]
    main = _threading_.current_thread() is _threading_.main_thread()
    if main:
        before = _signal_.signal(_signal_.SIGPROF, _late_)
        _signal_.setitimer(_signal_.ITIMER_PROF, _LONGEST_)
    try:
        with _np_.errstate(all="ignore"):
            answer = call(*([_sys_.modules[__name__]] if drive else []), *args, **kwargs)
        return answer if _plain_(answer, [0]) else None
    except BaseException:
        return None
    finally:
        if main:
            _signal_.setitimer(_signal_.ITIMER_PROF, 0)
            _signal_.signal(_signal_.SIGPROF, before)


def _late_(_number, _frame):
    raise TimeoutError


def _plain_(value, total):
    """Whether a value may be sent: numbers, text, containers and arrays, not too many."""
    kind = type(value)
    if kind is _np_.ndarray or isinstance(value, _np_.generic):
        total[0] += value.size
        return value.dtype.kind in "biufU" and value.itemsize <= 8 and total[0] < _LARGEST_
    if kind in (list, tuple, set, dict):
        total[0] += len(value)
        inner = value.values() if kind is dict else value
        return total[0] < _LARGEST_ and all(_plain_(one, total) for one in inner)
    return value is None or kind in (bool, float, str) or (kind is int and abs(value) < 1 << 200)
