"""The statistics as people ask for them, the journeys behind a figure, and exports."""
