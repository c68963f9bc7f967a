"""Evals: recorded cases replayed, measured and held against a gate."""
