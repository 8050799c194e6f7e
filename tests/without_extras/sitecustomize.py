"""What an office has not installed is not there for the programs that tests start, either.

The requirements of development bring `rich`. structlog loads it where it finds it, which takes longer than all the rest
of a command's first imports.
"""

import sys

sys.modules["rich"] = None  # type: ignore[assignment]
