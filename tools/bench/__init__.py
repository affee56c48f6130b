"""How fast we are beside the browser: `make bench`. Every figure is a ratio within one run."""
