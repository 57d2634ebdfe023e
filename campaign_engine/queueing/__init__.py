"""When work is done: the ticker and background jobs."""
