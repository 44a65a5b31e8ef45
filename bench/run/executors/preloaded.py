"""Imported by the fork server, once: see bench.run.child.preload."""

from bench.run.child import preload

preload()
