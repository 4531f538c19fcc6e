"""Judging what an administrator says of a station, a leg or a corridor: every problem at once, with its remedy."""
