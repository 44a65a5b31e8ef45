"""Time, tokens, memory and the environment they were measured in."""
