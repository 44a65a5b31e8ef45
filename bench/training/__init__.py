"""Supervised fine-tuning on response tokens."""
