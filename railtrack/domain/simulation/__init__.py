"""The weekly service as it was planned, invented train by train: cargo, conditions, running, reports."""
