"""How far long work is, told to whoever waits for it."""

from collections.abc import Callable

Progress = Callable[[int, int | None], None]  # done so far, and in all if known
