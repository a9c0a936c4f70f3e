"""What the model may know at a moment: everything before it, as plain arrays.

history     the log as flat arrays, users by sessions by items
moments     when customers are asked about
context     a customer at a moment: recency, frequency, spend, BG/NBD
visits      days with a purchase, as models of repeat buying read them; bg_nbd is the first
year_before what the time of year does to returns
season      what sells at a time of the year; kept_season is a copy beside prepared logs,
            changed_season what it becomes by one customer's further session
mix         what purchases are made of, by category
taken_back  which purchase a cancellation takes back
past_items  what a customer bought before, and how that stands to the moment
item_side   what is known of an item beside its number
labels      the answers: levels, returns, cancellations, spend
scaling     mean and spread, taken from training
spec        what a model's codes stand for, saved with it
batch       the arrays that a model reads
featurizer  all of the above into one batch
"""
