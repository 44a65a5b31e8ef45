"""Makes the `bench` marker, its options and its fixtures known to pytest."""

pytest_plugins = ["bench.plugin"]
