"""The static files, with class names that change with every start of the server."""

import base64
import hashlib
import json
import re
from functools import lru_cache
from importlib import resources

from kzscraper.demo.serving import Answer, error
from kzscraper.demo.words import LANGUAGES, WORDS

CONTENT_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "woff": "font/woff",
}
STATIC_FILES = ("app.css", "app.js", "coin.woff", "logo.svg")


def static_path(build: str) -> str:
    return f"/_next/static/{build}"


def asset(name: str, build: str) -> Answer:
    """A file that a browser may keep for ever, as its address changes with every build."""
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    stem, _, extension = name.rpartition(".")
    if stem in [f"words.{language}" for language in LANGUAGES] and extension == "js":
        words = dict(WORDS[stem.removeprefix("words.")])
        script = f"window.__WORDS__ = {json.dumps(words, ensure_ascii=False)};\n"
        return Answer(body=script.encode(), content_type=CONTENT_TYPES["js"], headers=kept)
    if name not in STATIC_FILES:
        return error(404)
    body = file(name)
    if extension in ("css", "js"):
        body = hash_classes(body.decode(), build).encode()
    return Answer(body=body, content_type=CONTENT_TYPES[extension], headers=kept)


def hash_classes(text: str, build: str) -> str:
    """CSS modules: `home-cards_card__HASH` becomes something like `home-cards_card__y9Us5`."""

    def hashed(match: re.Match[str]) -> str:
        digest = hashlib.sha256(f"{build}/{match[1]}".encode()).digest()
        return f"{match[1]}__{base64.urlsafe_b64encode(digest)[:5].decode()}"

    return re.sub(r"\b([a-z][a-z_-]*)__HASH\b", hashed, text)


@lru_cache
def file(name: str) -> bytes:
    return resources.files("kzscraper.demo").joinpath("static", name).read_bytes()
