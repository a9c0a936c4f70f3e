"""What a trained model says of its customers.

profiler      a model looking at a log, at any moment
live          a profile that goes on with new sessions, without training
drift         how interests changed
applications  recommendations, audiences, risk, retention
report, card  a profile as text, as a picture
export        everybody's profile as levels and chances, no event among them
scoring       customers by the hundred million: Arrow, Parquet, Spark
"""
