"""What tests of the kernel share: a server of their own."""

from tests.postgres import postgres

__all__ = ["postgres"]
