"""Leitstand: a runtime for Large Work Models.

Role agents call typed tools on business systems; every call passes one guard; what a rule does not
allow outright waits for a person; everything is recorded and can be replayed.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
