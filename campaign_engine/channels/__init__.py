"""How messages leave: one file per medium."""
