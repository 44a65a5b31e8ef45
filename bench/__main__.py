"""`python -m bench` is the command `tunebench`."""

from bench.cli import main

main()
