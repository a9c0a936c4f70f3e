"""How good a model is.

metrics       of rankings, classes, chances; bootstrap intervals
evaluate      the one evaluator, in blocks
compare       scorers side by side on the same questions
interests     levels of interest in the coming session
outlook       return, cancellation and spend in the coming 90 days
table         rows of numbers, and whether they were won
faithfulness  whether what was looked at is what mattered
"""
