"""The commands of `python -m user_profile`, one file for each purpose.

learn   demo, train, evaluate
look    show, drift, recommend, target, risk, retention
update  update
"""
