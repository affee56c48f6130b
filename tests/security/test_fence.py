"""One crawl of pages that try to reach other hosts: none is reached, nothing of theirs is kept."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from tests.security.hostile import Crawled, HostileSite, Strangers, crawl, page, redirect

# What a page can start that calls somebody, {stranger} being HOST:PORT.
_CALLS = """
const stranger = {stranger}, udp = {udp};
const tried = [];
const attempt = (name, what) => {{ try {{ what(); tried.push(name); }} catch (error) {{}} }};
const element = (name, attributes) => attempt(name, () =>
  document.body.append(Object.assign(document.createElement(name), attributes)));
const worker = () => URL.createObjectURL(
  new Blob([`fetch('http://${{stranger}}/worker', {{mode: 'no-cors'}})`]));
for (const address of {addresses}) attempt('fetch', () => fetch(`http://${{address}}/fetch`));
attempt('redirected fetch', () => fetch('/away'));
attempt('beacon', () => navigator.sendBeacon(`http://${{stranger}}/beacon`, 'x'));
attempt('websocket', () => new WebSocket(`ws://${{stranger}}/socket`));
attempt('eventsource', () => new EventSource(`http://${{stranger}}/events`));
attempt('worker', () => new Worker(worker()));
attempt('shared worker', () => new SharedWorker(worker()));
attempt('service worker', () => navigator.serviceWorker.register('/worker.js'));
attempt('webtransport', () => new WebTransport(`https://127.0.0.1:${{udp}}/`));
attempt('webrtc', () => {{
  const connection = new RTCPeerConnection({{iceServers: [
    {{urls: `stun:127.0.0.1:${{udp}}`}},
    {{urls: `turn:${{stranger}}?transport=tcp`, username: 'a', credential: 'b'}}]}});
  connection.createDataChannel('x');
  connection.createOffer().then(offer => connection.setLocalDescription(offer));
}});
attempt('pop-up', () => window.open(`http://${{stranger}}/popup`));
attempt('orphan', () => window.open(`http://${{stranger}}/orphan`, '_blank', 'noopener'));
attempt('empty pop-up', () => window.open('about:blank')
  ?.fetch(`http://${{stranger}}/popup-fetch`, {{mode: 'no-cors'}}));
element('iframe', {{src: `http://${{stranger}}/iframe`}});
element('iframe', {{src: '/away'}});
element('iframe', {{srcdoc: `<script>fetch('http://${{stranger}}/srcdoc')<\\/script>`}});
element('iframe', {{src: 'file:///etc/passwd'}});
element('object', {{data: `http://${{stranger}}/object`}});
element('link', {{rel: 'prefetch', href: `http://${{stranger}}/prefetch`}});
element('link', {{rel: 'preconnect', href: `http://${{stranger}}/`}});
element('link', {{rel: 'stylesheet', href: `http://${{stranger}}/style`}});
element('script', {{src: `http://${{stranger}}/script`}});
element('img', {{src: `http://${{stranger}}/picture`}});
// All that has been started, before anything is shown that could be read.
document.querySelector('#workers td').textContent = tried.join(' ');
"""
_EVERYTHING = (
    "fetch fetch fetch fetch fetch fetch fetch fetch fetch redirected fetch beacon websocket "
    "eventsource worker shared worker service worker webtransport webrtc pop-up orphan "
    "empty pop-up iframe iframe iframe iframe object link link link script img"
)


_REDIRECTS = (
    *("another port", "another loopback address", "IPv6", "IPv4 in IPv6", "a name"),
    *("a decimal number", "hexadecimal", "short", "metadata"),
)
# What a script does to lead the page to {address}, a JSON text.
_LEAVING = {
    "location": "location = {address}",
    "replace": "location.replace({address})",
    "form": "const f = document.createElement('form'); f.method = 'post'; f.action = {address}; "
    "document.body.append(f); f.submit()",
    "click": "const a = document.createElement('a'); a.href = {address}; document.body.append(a); "
    "a.click()",
    "redirect": "location = '/away'",
    "frame": "const i = document.createElement('iframe'); document.body.append(i); "
    "i.contentWindow.eval(`top.location = '${{{address}}}'`)",
    "blank": "location = 'about:blank'",
    "blob": "location = URL.createObjectURL(new Blob(['x'], {{type: 'text/html'}}))",
}
_FOREIGN = [*(f"redirect to {one}" for one in _REDIRECTS), *(f"script, {one}" for one in _LEAVING)]
_FOREIGN += ["refresh"]


@pytest.fixture(scope="module")
def strangers() -> Iterator[Strangers]:
    strangers = Strangers()
    yield strangers
    strangers.close()


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory, strangers: Strangers) -> Iterator[Crawled]:
    stranger = strangers.addresses["another port"]
    with HostileSite() as site:
        site.paths["/away"] = redirect(f"http://{stranger}/away")
        site.pools["calls"] = page(
            _CALLS.format(
                stranger=json.dumps(stranger),
                udp=strangers.udp,
                addresses=json.dumps([*strangers.addresses.values()]),
            )
        )
        for name in _REDIRECTS:
            site.pools[f"redirect to {name}"] = redirect(f"http://{strangers.addresses[name]}/")
        for location in ("file:///etc/passwd", "data:text/html,x"):
            site.pools[f"redirect to {location[:4]}"] = redirect(location)
        address = json.dumps(f"http://{stranger}/")
        for name, script in _LEAVING.items():
            site.pools[f"script, {name}"] = page(script.format(address=address))
        refresh = f'<meta http-equiv="refresh" content="0; url=http://{stranger}/">'
        site.pools["refresh"] = page(head=refresh)
        yield crawl(site, tmp_path_factory.mktemp("fence"))


def test_no_stranger_is_called(crawled: Crawled, strangers: Strangers) -> None:
    assert crawled.workers("calls") == [_EVERYTHING]  # the page has tried it all
    assert strangers.calls == []


def test_the_strangers_do_listen(strangers: Strangers) -> None:
    before = len(strangers.calls)
    with socket.create_connection(("127.0.0.1", strangers.v4)) as connection:
        connection.sendall(b"hello")
        assert b"stranger" in connection.makefile("rb").read()
    assert strangers.calls[before:] == [(f"('127.0.0.1', {strangers.v4})", b"hello")]
    del strangers.calls[before:]


def test_what_the_page_may_not_load_does_not_harm_its_visit(crawled: Crawled) -> None:
    assert crawled.scrape("calls")["status"] == "complete"


@pytest.mark.parametrize("name", _FOREIGN)
def test_a_page_that_leads_off_is_not_read(crawled: Crawled, name: str) -> None:
    scrape = crawled.scrape(name)
    assert scrape["status"] == "failed"
    assert scrape["error"].startswith("led to ")
    _assert_nothing_is_stored(crawled, name)


@pytest.mark.parametrize("name", ["redirect to file", "redirect to data"])
def test_a_redirect_to_no_host_at_all_fails(crawled: Crawled, name: str) -> None:
    assert "ERR_UNSAFE_REDIRECT" in crawled.scrape(name)["error"]
    _assert_nothing_is_stored(crawled, name)


def test_the_log_says_why(crawled: Crawled) -> None:
    assert crawled.done.returncode == 2
    assert f"'kz/failed/foreign': {len(_FOREIGN)}" in crawled.done.stderr
    assert "Traceback" not in crawled.done.stderr


def _assert_nothing_is_stored(crawled: Crawled, name: str) -> None:
    for table in ("pool_summary", "worker_status", "daily_earnings"):
        assert crawled.rows(table, name) == []
