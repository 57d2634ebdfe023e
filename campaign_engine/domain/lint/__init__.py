"""What a second pair of eyes would say about a text before it goes out (safety F6): pure, explains itself."""
