"""tunebench: run suites on fixtures and write reports about instruction fine-tuning."""

__version__ = "0.1.0"
