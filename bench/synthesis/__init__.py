"""From raw text to a dataset in five stages: gather, instruct, ground, curate, scale (lecture 10).

Each stage reads and writes plain JSON lines in one folder, so that it can be looked at, mended and resumed.
"""
