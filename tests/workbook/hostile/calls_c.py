# Says: `ctypes` may not be imported
import ctypes

ctypes.string_at(0)
