"""
`python -m ecofax_gateway`: the same as the command `ecofax-gateway`.
"""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
