"""Following: lists, a shipment on its page, trains, containers."""
