"""What `show`, `report` and `demo` print: records of the store, and the columns of their tables."""
