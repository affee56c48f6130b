"""The three pools of `make demo`, and what a registry of pools says about them."""

from typing import Protocol, TypedDict

from kzscraper.demo.pools import DemoPool

DEMO_POOLS = (
    DemoPool(
        token="4b1d6f0e93c84d57a2e8c07f51b9d3a6",
        name="Ekibastuz North",
        language="ru",
        online=200,
        offline=2,
        paging="next",
    ),
    DemoPool(
        token="0c7e52a9f4d84be19b36ad815fe2c470",
        name="Pavlodar Hall 3",
        language="en",
        online=46,
        offline=2,
        page_size=10,
        paging="numbers",
    ),
    DemoPool(
        token="d94a17e3b60f4c2885f1e7092bc6a35d",
        name="Almaty Test Bench",
        language="kk",
        online=11,
        offline=1,
        page_size=5,
        paging="load_more",
    ),
)


class RegistryEntry(TypedDict):
    """One pool of the pools file (`scrapy pools import`)."""

    pool_id: str
    pool_name: str
    observer_url: str
    client_name: str
    country: str
    company: str
    location: str
    contact_email: str
    tags: list[str]
    active: bool


class HasLinks(Protocol):
    def link(self, pool: DemoPool) -> str: ...


_OWNERS = (
    # client, company, location, tags
    ("Steppe Compute LLP", "Steppe Compute", "Ekibastuz", ["demo", "production"]),
    ("Irtysh Hosting Ltd", "Irtysh Hosting", "Pavlodar", ["demo", "hosting"]),
    ("Steppe Compute LLP", "Alatau Lab", "Almaty", ["demo", "test"]),
)


def registry_entries(site: HasLinks) -> list[RegistryEntry]:
    """The demo pools in the form of the pools file, with links to a running site."""
    entries: list[RegistryEntry] = []
    for number, (pool, owner) in enumerate(zip(DEMO_POOLS, _OWNERS, strict=True), start=1):
        client, company, location, tags = owner
        entries.append(
            {
                "pool_id": f"kzpool_{number:03}",
                "pool_name": pool.name,
                "observer_url": site.link(pool),
                "client_name": client,
                "country": "Kazakhstan",
                "company": company,
                "location": location,
                "contact_email": f"{company.lower().replace(' ', '.')}@example.com",
                "tags": list(tags),
                "active": True,
            }
        )
    return entries
