"""A model is learned.

questions  what is trained on, in batches
augment    histories changed a little
scoring    a model asked about many customers at once
loop       steps, epochs, and when to stop
logistic, bg_nbd, gamma_gamma   fits that have one best end
outlook, value                  what is foreseen of 90 days, of a year
"""
