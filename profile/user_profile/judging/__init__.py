"""How good a model is.

metrics       of rankings, classes, chances; bootstrap intervals
evaluate      the one evaluator, in blocks
compare       scorers side by side on the same questions
leave_one_out rows of items, of which the one left out is to be found
old_and_new   what was bought before told apart from what is new
interests     levels of interest in the coming session
outlook       return, cancellation and spend in the coming 90 days
curves        whether chances are what they say, and how far audiences carry
table         rows of numbers, and whether they were won
faithfulness  whether what was looked at is what mattered
shop          a shop in figures; shop_card: on one page
"""
