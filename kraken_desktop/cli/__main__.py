"""``python -m kraken_desktop.cli``: the same as ``kraken-s3``."""

import sys

from kraken_desktop.cli import main

if __name__ == "__main__":
    sys.exit(main())
