"""`python -m campaign_engine.pictures`: a share kit in a process of its own.

A JSON list of pages (shape, title, text, url) comes on stdin; a list of PNGs in base64 goes to stdout.
"""

import base64
import json
import sys

from campaign_engine.pictures.share_kit import draw


def main() -> int:
    """Always 0; what cannot be drawn ends the process with a traceback that nobody is shown."""
    made = [base64.b64encode(draw(**page)).decode() for page in json.load(sys.stdin)]
    sys.stdout.write(json.dumps(made) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
