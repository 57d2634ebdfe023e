"""Groundswell: the campaign engine."""
