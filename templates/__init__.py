"""Every word that an ally or organizer reads, a folder for each language."""
