"""A file becomes dated sessions.

events      the columns every reader fills
sources     where a log lies: files, folders, archives, databases
readers     one file a format; rows that cannot be read are counted and told
ids         ids as people type them
clean       duplicates, cancellations; prices: what a row leaves out
charges     items that are no goods
sessions    events of one user close in time; append: one customer's with further rows
split       which sessions are trained on, which are held out
categories  groups of items; clusters finds them, category_names names them
prepare     all of it in one call, `prepared` what comes of it
kept        a prepared log in the user's cache, so that it is read once
parts       a log of which every process holds some users
"""
