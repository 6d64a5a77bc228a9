"""Accepts deliveries of Cakemail and refuses what is not signed with one of the secrets
in CAKEMAIL_WEBHOOK_SECRET, which are separated by spaces.

It listens on HOST and PORT. Health checks use GET /healthz. http.server cannot read
chunked bodies; a proxy that buffers requests sends a length instead.
"""

import base64
import hashlib
import hmac
import os
import re
import signal
import socket
import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread, Timer

LARGEST_BODY = 1024 * 1024

SECRETS = os.environ.get("CAKEMAIL_WEBHOOK_SECRET", "").split()


def verify(body: bytes, signature: str, secret: str) -> bool:
    """Compares in constant time, so response times reveal nothing."""
    expected = base64.b64encode(hmac.new(os.fsencode(secret), body, hashlib.sha256).digest())
    return hmac.compare_digest(signature.encode(), expected)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # answers "Expect: 100-continue"
    timeout = 10  # seconds

    def handle(self) -> None:
        # The timeout is for each read, this for the whole request.
        deadline = Timer(self.timeout, self.connection.shutdown, [socket.SHUT_RD])
        deadline.start()
        with suppress(OSError):  # clients hang up
            super().handle()
        deadline.cancel()

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch("[0-9]{1,7}", length) or int(length) > LARGEST_BODY:
            self.answer(400)
            return
        # The signature covers the raw body: verify before parsing.
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.answer(400)
            return
        signature = self.headers.get("X-Cakemail-Signature") or self.headers.get("X-Signature", "")
        if not any(verify(body, signature.rstrip(" \t"), secret) for secret in SECRETS):
            print(f"refused {length} bytes: not signed with CAKEMAIL_WEBHOOK_SECRET", flush=True)
            self.answer(401)
            return
        print(f"accepted {length} bytes", flush=True)
        self.answer(204)

    def do_GET(self) -> None:
        self.answer(200 if self.path == "/healthz" else 401)

    def log_message(self, *_: object) -> None:
        """Is silent, because a URL can hold a key."""

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()


if __name__ == "__main__":
    if not SECRETS:
        sys.exit("CAKEMAIL_WEBHOOK_SECRET is not set")
    address = (os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or "8080"))
    if ":" in address[0]:
        ThreadingHTTPServer.address_family = socket.AF_INET6
    with ThreadingHTTPServer(address, Receiver) as server:
        # On Kubernetes' SIGTERM, finish open requests within 10 seconds.
        server.daemon_threads = False
        signal.signal(signal.SIGTERM, lambda *_: Thread(target=server.shutdown).start())
        # On Ctrl-C, end at once.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        print(f"listening on {server.server_address[0]}:{server.server_port}", flush=True)
        server.serve_forever()
