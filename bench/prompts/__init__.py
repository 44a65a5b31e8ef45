"""Prompts: the same string in training, generation and serving."""
