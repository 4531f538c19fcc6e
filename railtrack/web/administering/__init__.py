"""What only administrators do: accounts, stations, legs and corridors."""
