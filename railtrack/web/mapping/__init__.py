"""The line as a whole: overview, maps, stations, corridors."""
