"""What the workflow asks: the check of the configuration, the sources of a module, and the cost of a study."""
