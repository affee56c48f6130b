#!/bin/sh
# `every SECONDS ARGUMENTS…` begins `scrapy ARGUMENTS` every so many seconds, until the container is
# stopped; `healthcheck` is for Docker; anything else is given to scrapy once. A run that fails says
# why in the log, and the health check sees to it that it is noticed: the loop goes on.
set -u

if [ "${1:-}" = healthcheck ]; then
    scrapy health || exit 1 # Docker keeps 2 for itself
    exit 0
fi
if [ "${1:-}" != every ]; then
    exec scrapy "$@"
fi
case "${2:-}" in
'' | 0 | *[!0-9]*) set -- every ;;
esac
if [ $# -lt 3 ]; then
    echo "usage: every SECONDS ARGUMENTS…" >&2
    exit 1
fi
seconds=$2
shift 2

child=
stop() {
    trap '' TERM INT
    # The crawler brings the visits under way to their end, and closes its browser.
    [ -z "$child" ] || kill -TERM "$child" 2>/dev/null
    wait
    exit 0
}
trap stop TERM INT

scrapy db init
while :; do
    begun=$(date +%s)
    python -m kzscraper.deploy.job "$@" &
    child=$!
    wait "$child"
    rest=$((begun + seconds - $(date +%s)))
    if [ "$rest" -gt 0 ]; then
        sleep "$rest" &
        child=$!
        wait "$child"
    fi
done
