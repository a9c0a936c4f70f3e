# Says: while it was imported, your code did not finish within
while True:
    pass
