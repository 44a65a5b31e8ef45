"""Tables and pages, rebuilt from records alone."""
