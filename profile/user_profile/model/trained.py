"""A trained model: the network with all that is needed to read a log for it."""

from dataclasses import dataclass, field

from ..features.spec import FeatureSpec, widths
from .decisions import Decisions
from .profile_model import ProfileModel
from .settings import Settings
from .sizes import Sizes


@dataclass
class Trained:
    """A model with all that is needed to read a log for it."""

    model: ProfileModel
    spec: FeatureSpec
    settings: Settings
    decisions: Decisions = field(default_factory=Decisions)
    log: list[dict[str, float]] = field(default_factory=list)  # of each epoch


def new_model(spec: FeatureSpec, settings: Settings) -> ProfileModel:
    """An untrained model of the right sizes."""
    side = tuple(len(values) + 1 for values in spec.side.values())
    named = ("embed_dim", "num_heads", "session_layers", "customer_layers", "interest_layers")
    chosen = {name: getattr(settings, name) for name in (*named, "dropout")}
    sizes = Sizes(**widths(spec), side=side, **chosen)
    return ProfileModel(sizes, rng=settings.seed)
