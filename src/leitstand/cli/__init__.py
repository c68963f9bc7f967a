"""The command line: `leitstand` and its commands."""

from leitstand.cli.program import main

__all__ = ["main"]
