"""Batched generation."""
