"""Every command and option of `python -m user_profile`, a file each, of the command's name.

outlook           risk and retention
private_training  what `train --private` adds
everything        what `evaluate --everything` prints
sequence_training, sequence_judging, sequence_answers   what the commands of `sequences` do

log_options       which log, and how it is read
model_options     which model, and the run that makes it
asking            who is asked about, when; what a saved model needs to answer
outputs, answers  files written, none unasked; rows on the terminal and in files
named_ids         ids as people type them, joined or in a file
sequence_inputs, waiting
"""
