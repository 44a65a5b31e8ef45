"""Metrics, one file each: pure functions of outputs."""
