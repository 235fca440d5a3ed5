"""The WebSocket server: which sockets are let in, which sessions run, and how all of it stops."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

from opentelemetry import metrics
from websockets.asyncio.server import Server, ServerConnection, unix_serve
from websockets.http11 import Request, Response

from gateway.bridge import frames, pages, problems
from gateway.bridge.handshake import choose_subprotocol
from gateway.bridge.limits import Limits
from gateway.bridge.origins import Origins
from gateway.bridge.pages import Pages
from gateway.bridge.routes import Routes
from gateway.bridge.session import Destination, Session
from gateway.bridge.sharing import SharedStreams
from gateway.bridge.upstream import CallRequest, Upstream
from gateway.bridge.views import Views
from services.mesh import sockets
from services.mesh.leaving import Leaving
from services.mesh.peers import Peers

HEALTH_PATH = "/healthz"
_METER = metrics.get_meter(__name__)
_OPEN = _METER.create_up_down_counter("websocket.server.open_sockets", description="WebSockets open now")
_CLOSED = _METER.create_counter("websocket.server.closed_sockets", description="WebSockets closed, by close code")
# A client sends little: a few frames waiting to be read are enough before its socket is no longer read.
_WAITING_FRAMES = 4
_RETRY_SECONDS = "5"


class Bridge:
    """Translates between sockets and calls.

    Args:
        routes: Which paths are WebSockets.
        upstream: The services.
        limits: The bounds.
        pages: What is served besides.
        origins: Pages of which origins may open sockets.
        peers: On whose connection sockets come; None where there is no sidecar to tell.
        leaving: How long sockets are still let in once it is to stop, so that others go elsewhere; none without.
    """

    def __init__(
        self,
        routes: Routes,
        upstream: Upstream,
        limits: Limits,
        pages: Pages,
        origins: Origins | None = None,
        peers: Peers | None = None,
        leaving: Leaving | None = None,
    ) -> None:
        self._peers = peers
        self._routes = routes
        self._upstream = upstream
        self._limits = limits
        self._pages = pages
        self._origins = origins or Origins()
        self._leaving = leaving or Leaving(timedelta())
        self._sessions: set[Session] = set()
        self._draining = False
        self.views = Views(upstream, _greeting)
        self.shared: SharedStreams[CallRequest] = SharedStreams(self.views.feed, _greeting)

    @property
    def open_sockets(self) -> int:
        """How many WebSockets are open."""
        return len(self._sessions)

    @property
    def open_calls(self) -> int:
        """How many calls to services are open."""
        return self._upstream.open_calls

    @asynccontextmanager
    async def listening(self, socket: Path) -> AsyncIterator["Bridge"]:
        """Listens on a Unix socket until the context ends; then all sessions are ended and closed in bounded time."""
        server = await self._listen(socket)
        try:
            yield self
        finally:
            await self._drain(server)
            await self._upstream.close()
            _remove(socket)

    async def _listen(self, socket: Path) -> Server:
        _remove(socket)
        # websockets logs handshakes, and with them tokens, at level DEBUG.
        logger = logging.getLogger("xorb.bridge.websockets")
        logger.setLevel(logging.ERROR)
        return await unix_serve(
            self._serve,
            sock=sockets.bind(socket),
            process_request=self._admit,
            select_subprotocol=choose_subprotocol,
            compression=None,
            server_header=None,
            max_size=self._limits.frame_bytes,
            max_queue=_WAITING_FRAMES,
            ping_interval=self._limits.ping_seconds,
            ping_timeout=self._limits.ping_seconds,
            close_timeout=self._limits.close_seconds,
            logger=logger,
            backlog=1024,
        )

    def _admit(self, _connection: ServerConnection, request: Request) -> Response | None:
        """Answers what isn't a WebSocket, or must not become one; None lets the handshake go on."""
        path = request.path.partition("?")[0]
        if path == HEALTH_PATH:
            return pages.health(serving=not self._leaving.tell())
        if self._peers is not None and not self._peers.known(request.headers.raw_items()):
            return pages.refuse(HTTPStatus.FORBIDDEN, "Nobody may come past the sidecar.")
        page = self._pages.find(path)
        if page is not None:
            return page
        if self._routes.find(path) is None:
            return pages.refuse(HTTPStatus.NOT_FOUND, "There is no such path.")
        if request.headers.get("Upgrade", "").lower() != "websocket":
            message = "This path is a WebSocket."
            return pages.refuse(HTTPStatus.UPGRADE_REQUIRED, message, Upgrade="websocket")
        if not self._origins.admit(request.headers.get_all("Origin")):
            return pages.refuse(HTTPStatus.FORBIDDEN, "Pages of this origin may open no WebSocket here.")
        if self._draining or len(self._sessions) >= self._limits.sockets:
            message = "No more sockets can be opened now. Try again in a moment."
            return pages.refuse(HTTPStatus.SERVICE_UNAVAILABLE, message, Retry_After=_RETRY_SECONDS)
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        path, _, query = connection.request.path.partition("?") if connection.request else ("", "", "")
        found = self._routes.find(path)
        if found is None:
            return
        session = Session(connection, Destination(*found, query), self._upstream, self.shared, self._limits)
        self._sessions.add(session)
        _OPEN.add(1)
        if self._draining:
            session.finish(problems.restarting())
        try:
            await session.run()
        finally:
            self._sessions.discard(session)
            _OPEN.add(-1)
            _CLOSED.add(1, {"code": connection.close_code or 0})

    async def _drain(self, server: Server) -> None:
        await self._leaving.wait()
        self._draining = True
        for session in tuple(self._sessions):
            session.finish(problems.restarting())
        server.close(close_connections=False)
        try:
            async with asyncio.timeout(self._limits.drain_seconds):
                await server.wait_closed()
        except TimeoutError:
            for connection in server.all_connections:
                connection.transport.abort()
            await server.wait_closed()


def _greeting(call: CallRequest, resume_token: str) -> frames.Frame:
    return frames.checkpoint(call.route, resume_token)


def _remove(socket: Path) -> None:
    """Makes room for a socket: removes what a killed process left, and creates the folder."""
    socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    socket.unlink(missing_ok=True)
