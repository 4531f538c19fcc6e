"""`python -m railtrack` is the command line."""

from railtrack.cli import main

if __name__ == "__main__":
    main(prog_name="railtrack")
