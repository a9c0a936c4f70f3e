"""A model is learned.

questions  what is trained on, in batches
facts      what must be known of all customers before the first step
augment    histories changed a little
scoring    a model asked about many customers at once; states: encoded once
loop       steps, epochs, and when to stop
parts      the same of a log that no process holds whole
logistic, gamma_gamma   fits that have one best end
outlook, value          what is foreseen of 90 days, of a year
"""
