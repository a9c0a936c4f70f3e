"""How good a model is.

metrics       of rankings, classes, chances; bootstrap intervals
compare       scorers side by side on the same questions
heads         interest levels, return, cancellation, spend
faithfulness  whether what was looked at is what mattered
logistic      the regression that heads are held against
"""
