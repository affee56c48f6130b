#!/bin/sh
# Sees to it that there is a Chromium: an installed one, else Playwright's own download, else the
# system's package manager where we may use it. Takes the folder of the virtual environment's programs.
set -u
bin=$1

found() { "$bin/python" -c 'from kzscraper.browser import chromium; chromium.find(None)' 2>/dev/null; }

found && exit 0
echo "No Chromium found: asking Playwright to download one."
if "$bin/playwright" install --only-shell chromium && found; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "That did not work: asking the system's package manager."
    apt-get update -qq
    apt-get install -y -qq chromium-headless-shell || apt-get install -y -qq chromium
fi
# Says how to get one, if there is still none.
exec "$bin/python" -c '
import sys
from kzscraper.browser import chromium
from kzscraper.exceptions import BrowserError
try:
    chromium.find(None)
except BrowserError as error:
    sys.exit(f"error: {error}")'
