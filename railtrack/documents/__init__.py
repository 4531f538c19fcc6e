"""Documents on paper: values in, PDF out, set by Typst."""
