"""Entering: the shipment form, the event form, files."""
