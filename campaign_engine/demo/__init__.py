"""The demo: simulated people on a moving clock, through the same dialogue and send path as everybody."""
