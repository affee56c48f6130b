"""Feed exports: `scrapy crawl kzpool -O workers.csv`, and FEEDS.

Scrapy writes all items of a crawl into each feed, and takes a CSV's columns from the first of them.
Here a feed holds what its file's name says: a name with the word `workers`, `summary`, `earnings`
or `scrapes` in it (or the name of the table or the item class) means those items only, in every
format.

Under another name, such as `pools`, a feed holds all items, each with its own fields; but CSV is
one table a file. Of a spider that reads one thing only (`kzpool_workers`) it holds that; of
`kzpool`, `-O pools.csv` writes `pools-summary.csv`, `pools-workers.csv`, `pools-earnings.csv` and
`pools-scrapes.csv`.

The columns and their order are those of `columns.py`. The observer link is not among them: whoever
has it sees the account. `fields` of a feed, or the setting FEED_EXPORT_FIELDS, name others:
`-s FEED_EXPORT_FIELDS=timestamp,pool_id,observer_url,worker_name,status`. A feed's `item_classes`
go before its name.
"""
