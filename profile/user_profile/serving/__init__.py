"""What a trained model says of its customers.

profiler      a model looking at a log, at any moment; kept_states: everybody's, encoded once
profile       what is said of one customer at one moment
facts         what a customer did so far: orders, revenue, RFM
words         what that is called: in a log without purchases nobody buys
live          a profile that goes on with new sessions, without training
drift         how interests changed; drift_bands: beside everybody's
segments      customers who buy alike; segment_names: what they are called
applications  recommendations, risk, retention; audience: advertising
allowed       which items may be recommended; places are kept for new ones
lift          how much more an audience holds than customers drawn at random
rows          answers that are made when they are looked at
report, card  a profile as text, as a picture; session_pictures, lettering
export        everybody's profile as levels and chances, no event among them
scoring       customers by the hundred million: Arrow, Parquet, Spark
"""
