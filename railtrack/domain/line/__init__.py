"""The line itself: stations, legs and corridors, lengths along them, and finding a station by what people write."""
