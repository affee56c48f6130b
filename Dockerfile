# The crawler with the distribution's Chromium. `docker compose up` (compose.yaml) runs it.

FROM python:3.11-slim-bookworm AS build
RUN python -m venv /opt/kzscraper
ENV PATH=/opt/kzscraper/bin:$PATH
WORKDIR /source
# The packages first: they change less often than the program.
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
# It has nothing to compile: copied as it is, no build tool has to be fetched.
COPY kzscraper /opt/kzscraper/lib/python3.11/site-packages/kzscraper

FROM python:3.11-slim-bookworm
# The newest Chromium of the distribution is the one with its security fixes: no version is pinned.
# The font is for the pictures of pages that could not be read.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends chromium-headless-shell fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin kzscraper \
    && install -d -o kzscraper -g kzscraper -m 700 /data
COPY --from=build /opt/kzscraper /opt/kzscraper
COPY deploy/docker/entrypoint.sh /usr/local/bin/kzscraper
# /data is the one place that is written to; Chromium wants a HOME, which need not last.
ENV PATH=/opt/kzscraper/bin:$PATH \
    HOME=/tmp \
    SCRAPY_SETTINGS_MODULE=kzscraper.settings \
    KZ_DATABASE=/data/btcpool_data.db \
    KZ_EVIDENCE_DIR=/data/evidence
USER 10001:10001
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=5m --timeout=30s --start-period=25m --retries=1 \
    CMD ["kzscraper", "healthcheck"]
ENTRYPOINT ["kzscraper"]
CMD ["every", "600", "crawl", "kzpool"]
