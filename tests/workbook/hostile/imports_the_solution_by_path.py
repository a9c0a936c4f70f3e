# Says: may not
import sys
from pathlib import Path

for folder in Path(__file__).parents:
    sys.path.insert(0, str(folder / "solutions" / "ex02_attention"))
attention = __import__("attention").attention
