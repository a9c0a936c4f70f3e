# Says: call into libraries | `sys.modules` may not be used
import sys

sys.modules["ctypes"].pythonapi.PyErr_SetInterrupt()
