"""Training that bounds what a model can tell of any one customer, and profiles without events.

accountant.py  what a run has cost: (ε, δ) of Poisson-sampled Gaussian noise
clipping.py    one customer's gradient at a time, clipped, summed, noised
training.py    the training loop around it, and what of the data it does not cover
export.py      everybody's profile as levels and probabilities, no event among them
options.py     the options of `train --private` and the command `export-profiles`
"""
