"""Shapes of what is shared with other programs."""
