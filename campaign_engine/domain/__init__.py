"""What is true without any library: entities, states and rules."""
