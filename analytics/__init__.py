"""Measures, protection and reports."""
