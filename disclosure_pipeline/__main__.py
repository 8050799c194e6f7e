"""``python -m disclosure_pipeline`` is the command `disclosure`."""

from __future__ import annotations

import sys

from disclosure_pipeline.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
