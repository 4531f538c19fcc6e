"""The write side: bookings, statements and the journeys that follow from them, in one transaction."""
