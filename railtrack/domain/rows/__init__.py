"""A row as it was sent: its cells read and judged one by one, and the verdict it gets."""
