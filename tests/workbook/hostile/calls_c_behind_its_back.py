# Says: call into libraries
import sys

sys.modules["ctypes"].pythonapi.PyErr_SetInterrupt()
