"""The chat bots: platform updates in, replies out; every word and rule lives below."""
