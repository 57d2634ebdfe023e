"""The City's open data: loaders that survive its quirks, and the project's own tables of figures."""
