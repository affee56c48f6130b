"""HTTP as the demo site speaks it: kept-alive connections, answers late or never, a quick stop."""

import logging
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

logger = logging.getLogger(__name__)

STOP_TIMEOUT_S = 5.0
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    content_type: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0


def error(status: int, headers: Mapping[str, str] | None = None) -> Answer:
    reason = f"{status} {HTTPStatus(status).phrase}"
    page = f"<!DOCTYPE html><title>{reason}</title><h1>{reason}</h1>"
    return Answer(status, page.encode(), headers=headers or {})


# From path with query and headers; None is an answer that never comes.
Responder = Callable[[str, Message], Answer | None]


class Server(ThreadingHTTPServer):
    request_queue_size = 128  # eight browsers, each with six connections, at once
    daemon_threads = True

    def __init__(self, address: tuple[str, int], respond: Responder) -> None:
        self.respond = respond
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # HTTPServer's own asks the name server who we are, and may wait for it.
        TCPServer.server_bind(self)
        host, self.server_port = self.server_address[:2]
        self.server_name = str(host)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        with self._changed:
            self._open.add(connection)
        return connection, address

    def close_request(self, request: Any) -> None:
        super().close_request(request)
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()

    def stop(self) -> None:
        """Ends every request, also those that would never be answered."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        # Browsers keep their connections open: hang up, and wait for the threads to let go.
        with self._changed:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._open, STOP_TIMEOUT_S)

    def handle_error(self, _request: Any, client_address: Any) -> None:
        # A browser that closes its page in the middle of an answer is no news; nor are we.
        if not (self.stopping.is_set() or isinstance(sys.exception(), ConnectionError)):
            logger.exception("the demo site could not answer %s", client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "demo"
    sys_version = ""
    disable_nagle_algorithm = True  # else each answer waits for the acknowledgement of its head

    def do_GET(self) -> None:
        answer = self.server.respond(self.path, self.headers)
        delay_s = None if answer is None else answer.delay_s
        if self.server.stopping.wait(delay_s) or answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        logger.debug(format, *args)
