"""
What is printed: the pixels of one page.

Pure: no I/O, no clock, no randomness.
"""

import numpy as np
from numpy.typing import NDArray

Ink = NDArray[np.bool_]
"""One page: rows by 1728 columns, True is black."""
