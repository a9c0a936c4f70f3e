# Says: the file calls sys.exit(0) when it is imported
import sys

sys.exit(0)
