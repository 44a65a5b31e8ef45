"""The address a server listens on, taken before a model is loaded, so that a wrong one fails at once."""

import errno
import socket

from bench.errors import UserError

BACKLOG = 256
"""Connections that may wait to be accepted."""


def listening(host: str, port: int) -> socket.socket:
    """A socket at this address; port 0 takes a free one. Raises UserError when it cannot be had."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        taken = socket.socket(family, kind)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        taken.listen(BACKLOG)
    except OSError as error:
        why = (
            "is in use; choose another with --port, 0 takes a free one"
            if error.errno == errno.EADDRINUSE
            else "cannot be had"
        )
        raise UserError(f"port {port} of {host} {why} ({error.strerror})") from None
    return taken


def url_of(taken: socket.socket) -> str:
    """What a browser on this machine opens."""
    host, port = taken.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
