"""Scores of customers by the hundred million: one pure function over Arrow, and doors to it.

histories  a record batch of customers becomes sessions, and sessions become one
plan       what all batches share: the moment, and what was sold on each day, counted part by part
scorer     the function: a record batch of histories -> a record batch of scores
parquet    a folder of Parquet files on all cores
spark      the same function and count for `DataFrame.mapInArrow`
"""
