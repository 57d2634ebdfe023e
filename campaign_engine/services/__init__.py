"""What the engine does, on ports alone."""
