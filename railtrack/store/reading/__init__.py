"""The read side: lists, whole shipments, trains, and the facts of the statistics."""
