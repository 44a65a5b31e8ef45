"""What claims and the report import, before the first case and on a thread of its own: see bench.plugin.start."""

import pandas  # noqa: F401
import scipy.optimize
import scipy.special  # noqa: F401

import bench.report.junit
import bench.report.render  # noqa: F401
