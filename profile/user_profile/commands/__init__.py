"""Every command and option of `python -m user_profile`, a file each, of the command's name.

outlook           risk and retention
private_training  what `train --private` adds
everything        what `evaluate --everything` prints
sequence_training, sequence_judging, sequence_answers   what the commands of `sequences` do

What they share: common (options, and loading what they name), outputs (files
written, none unasked), answers (rows on the terminal and in files), sequence_inputs.
"""
