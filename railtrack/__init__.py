"""railtrack: the tracker for cargo trains between Chongqing and Mannheim."""

__version__ = "0.1.0"
