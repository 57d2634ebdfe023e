"""Programs for maintainers: tables of figures and checks of the tree."""
