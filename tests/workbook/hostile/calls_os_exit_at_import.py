# Says: while it was imported, your code ended its process (exit status 0)
import os

os._exit(0)
