"""Assignments of the lectures: what has to be handed in, and the evidence that it is there."""
