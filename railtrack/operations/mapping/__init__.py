"""What maps and the pages around them show: ways, trains under way, stations, corridors, the record of the line."""
