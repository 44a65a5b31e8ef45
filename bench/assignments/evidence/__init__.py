"""Kinds of evidence: a file each, with a `Need` (what an assignment file may ask for) and `look` (is it there?)."""
