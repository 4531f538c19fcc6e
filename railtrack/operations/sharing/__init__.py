"""Showing one shipment, or the figures of one statistic, to somebody without an account."""
