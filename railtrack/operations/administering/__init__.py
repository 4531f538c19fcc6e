"""What administrators do: accounts, places, reference data, simulated history, checks."""
