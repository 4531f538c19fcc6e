"""Where shipments and trains are and how they stand against their plan."""
