"""What the bridge answers to who doesn't ask for a WebSocket: its health, the API's description, errors in JSON."""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

from google.rpc import code_pb2, status_pb2
from websockets.datastructures import Headers
from websockets.http11 import Response

from gateway.bridge import problems

_JSON = "application/json"
_FILES: Mapping[str, tuple[str, str]] = {
    "/openapi.json": ("openapi.json", _JSON),
    "/docs": ("reference.html", "text/html; charset=utf-8"),
}
_CODES: Mapping[HTTPStatus, int] = {
    HTTPStatus.FORBIDDEN: code_pb2.PERMISSION_DENIED,
    HTTPStatus.NOT_FOUND: code_pb2.NOT_FOUND,
    HTTPStatus.UPGRADE_REQUIRED: code_pb2.FAILED_PRECONDITION,
    HTTPStatus.SERVICE_UNAVAILABLE: code_pb2.UNAVAILABLE,
}


class Pages:
    """Fixed pages.

    Args:
        folder: Where `openapi.json` and `reference.html` lie; what isn't there isn't served.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._pages = {
            path: ((folder / name).read_bytes(), media_type)
            for path, (name, media_type) in _FILES.items()
            if folder is not None and (folder / name).is_file()
        }

    def find(self, path: str) -> Response | None:
        """Returns the page at a path, or None."""
        page = self._pages.get(path)
        return respond(HTTPStatus.OK, page[0], page[1]) if page else None


def health(*, serving: bool) -> Response:
    """Returns the answer to `GET /healthz`: 200 while serving, 503 while draining."""
    status = HTTPStatus.OK if serving else HTTPStatus.SERVICE_UNAVAILABLE
    return respond(status, b'{"status":"SERVING"}' if serving else b'{"status":"NOT_SERVING"}', _JSON)


def refuse(status: HTTPStatus, message: str, **headers: str) -> Response:
    """Returns an error page: `google.rpc.Status` as JSON. Underscores in the names of headers become hyphens."""
    body = problems.to_json(status_pb2.Status(code=_CODES[status], message=message)).encode()
    response = respond(status, body, _JSON)
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def respond(status: HTTPStatus, body: bytes, media_type: str) -> Response:
    """Returns a response that ends the connection."""
    headers = Headers(
        {
            "Content-Type": media_type,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Connection": "close",
        }
    )
    return Response(status.value, status.phrase, headers, body)
