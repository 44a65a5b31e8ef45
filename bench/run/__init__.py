"""Running cases: order of steps, store, executors."""
