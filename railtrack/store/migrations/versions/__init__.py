"""The steps by which the tables came to be as they are, in order; a step that landed is never changed."""
