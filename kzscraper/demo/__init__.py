"""The stand-in observer site, on loopback: for the demo, the tests and `scrapy doctor`."""
