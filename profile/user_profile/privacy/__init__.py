"""Training that bounds what a model can tell of any one customer.

accountant  what a run has cost: (ε, δ) of Poisson-sampled Gaussian noise
alone       a batch cut into customers
clipping    one customer's gradient at a time, clipped, summed, noised
loop        the training loop around it, and what of the data it does not cover
"""
