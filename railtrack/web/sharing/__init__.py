"""Links for somebody without an account: making them, and the pages they open."""
