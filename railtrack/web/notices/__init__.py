"""Pages on alerts: the list, by which rules they are found, and who is told how."""
