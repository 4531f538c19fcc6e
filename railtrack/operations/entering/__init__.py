"""What partners do: book shipments and record events, by form, by file, or from the published record."""
