"""Intervals for the numbers in the tables."""
