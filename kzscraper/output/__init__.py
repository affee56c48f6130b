"""Forms in which commands print what they found: tables, JSON, CSV."""
