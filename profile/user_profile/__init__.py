"""Trains multi-dimensional user profiles from a shop's raw event log, with `attention` alone.

The rooms, in reading order; each imports only from those above it:

    log        a file becomes dated sessions
    features   what may be known at a moment
    model      the network and a trained model
    training   questions, augmentation, the loop
    privacy    training that bounds what it tells of one customer
    serving    what a trained model says
    judging    how good it is
    baselines  what it has to beat, and the one line-up
    sequences  next items from rows of items
    commands   every command and option, and nothing else

Names are imported when first used, so that ``import user_profile`` stays instant.
"""

from attention.lazy import lazily

_HOMES = {
    "DataError": "errors",
    "Events": "log.events",
    "Sessions": "log.sessions",
    "group_sessions": "log.sessions",
    "single_event_sessions": "log.sessions",
    "Split": "log.split",
    "Targets": "log.split",
    "split_last_sessions": "log.split",
    "charges_of": "log.clean",
    "clean_events": "log.clean",
    "read_events": "log.readers",
    "find_categories": "log.categories",
    "read_categories": "log.categories",
    "compare": "judging.compare",
}
__all__ = sorted(_HOMES)
__getattr__, __dir__ = lazily(__name__, _HOMES)
