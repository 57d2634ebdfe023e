"""Figures computed by scripts/build_tables.py; SOURCES.toml names the files they come from."""
