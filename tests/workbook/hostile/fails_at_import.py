# Says: cannot be imported: ZeroDivisionError
ratio = 1 / 0
