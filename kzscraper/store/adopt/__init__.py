"""Taking over a database of the predecessor.

Two forms of it are known: with `pool_id` in every table, and a later one that has `observer_url`
instead, and no `resolved`. Each table is read by the columns that it has. All that is written is
found again by its pool and time, so that doing it twice, or going on after a crash, adds nothing.
"""
