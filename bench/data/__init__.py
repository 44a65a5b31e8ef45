"""Instruction datasets: rows in, examples out, splits that never share a subject."""
