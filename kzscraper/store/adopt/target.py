"""The database that takes the rows over, and how that is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kzscraper.store.adopt.forms import RefusedError, Taken
from kzscraper.store.adopt.mapping import Owners
from kzscraper.store.adopt.source import Row, Source, origin_of, text
from kzscraper.store.adopt.tally import Tally
from kzscraper.store.database import Database
from kzscraper.store.turns import Turns


@dataclass(frozen=True)
class Target:
    database: Database
    turns: Turns
    owners: Owners
    links: dict[str, str | None]  # by pool
    dry_run: bool
    progress: Callable[[int, str], None]  # rows more, and of what

    def rows(
        self, source: Source, tally: Tally, form: Callable[[Row], Taken]
    ) -> Iterator[tuple[Row, Taken]]:
        """The rows that can be taken, with pool_id and observer_url; the others are refused."""
        for row in source.rows(tally.table):
            tally.read += 1
            if tally.read % 100 == 0:
                self.progress(100, tally.table)
            origin = origin_of(row)
            pool_id = self.owners.pools.get(origin)
            if pool_id is None:
                reason = self.owners.refused[origin]
                tally.refuse(reason, f"id {row['id']}: {origin.pool_id or origin.link}")
                continue
            try:
                taken = form(row)
            except RefusedError as error:
                tally.refuse(str(error), _example(row, taken_columns=()))
                continue
            link = text(row, "observer_url") or self.links.get(pool_id)
            taken.values.update(pool_id=pool_id, observer_url=link)
            yield row, taken

    def write(self, sql: str, values: Iterable[dict[str, str | int | None]]) -> None:
        if not self.dry_run:
            self.database.execute_many(sql, list(values))


def count_taken(tally: Tally, row: Row, taken: Taken) -> None:
    tally.taken += 1
    tally.changed += bool(taken.changed)
    for name in taken.unreadable:
        tally.note(f"{name} cannot be read: emptied", _example(row, (name,)))
    for name in taken.invented:
        tally.note(f"{name} is a zero that nobody has read: emptied", _example(row, (name,)))


def _example(row: Row, taken_columns: Iterable[str]) -> str:
    shown = list(taken_columns) or [
        name for name in ("timestamp", "date", "anomaly_type") if name in row
    ]
    return f"id {row['id']}: " + ", ".join(f"{name} {row.get(name)!r}" for name in shown)
