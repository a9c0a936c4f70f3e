"""The network: behaviours to sessions to a customer's state, and the heads that read it.

behaviours     an item in a session becomes a vector
sessions       a session becomes one vector, by attention within it
customers      sessions become states, by causal attention across them
fusion         the gate by which side features enter
interests      a decoder asks the states about each interest category
evidence       attention to what each session held, by category
next_purchase  a copy head over past purchases beside a vocabulary head over all items
outlook        return, cancellation and spend in the coming 90 days
sizes          what data and settings fix before the first weight is drawn
profile_model  all of it, forward and backward; in_torch: the same in PyTorch
loss           what it is trained on
settings       what decides a training run
decisions      from chances to words
trained        the network with all that is needed to read a log for it
saved          its file
"""

from .profile_model import Outputs, ProfileModel
from .sizes import Sizes

__all__ = ["Outputs", "ProfileModel", "Sizes"]
