"""Calls to the platform: signed in, with a deadline, repeated where that is safe."""

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message
from xorb.security.v1 import identity_pb2, identity_pb2_grpc

from cli.credentials import Credentials, Store
from cli.errors import CliError, reason_of
from cli.server import Server

ResponseT = TypeVar("ResponseT", bound=Message)
StubT = TypeVar("StubT")
Metadata = tuple[tuple[str, str], ...]
Method = Callable[..., Any]

DEADLINE = 20.0
"""Seconds that a call may take where its command doesn't say otherwise."""

_ATTEMPTS = 4
_FIRST_PAUSE = 0.2
_PAGE_SIZE = 500


class Session:
    """A person's session at one server.

    Args:
        server: Where to call.
        store: Where tokens are kept.
    """

    def __init__(self, server: Server, store: Store) -> None:
        self.server = server
        self.store = store
        self._channel: grpc.Channel | None = None

    def stub(self, factory: Callable[[grpc.Channel], StubT]) -> StubT:
        """Returns a stub of one of the generated classes, on this session's channel."""
        if self._channel is None:
            self._channel = self.server.channel()
        return factory(self._channel)

    def close(self) -> None:
        """Closes the channel."""
        if self._channel is not None:
            self._channel.close()

    @property
    def organization(self) -> str:
        """The resource name of the organization to work in.

        Raises:
            CliError: There is none.
        """
        name = self.credentials().organization
        if not name:
            raise CliError("You belong to no organization. Create one with `xorb organizations create NAME`.")
        return name

    def call(self, method: Method, request: Message, *, deadline: float = DEADLINE) -> Any:  # noqa: ANN401 - the stub's
        """Makes a call as the person who is signed in, and repeats it while the server can't be reached.

        Only reads, and changes that carry a `request_id`, may be called like this: nothing happens twice.

        Raises:
            CliError: Nobody is signed in.
            grpc.RpcError: The call failed.
        """
        try:
            return self._repeated(method, request, deadline, self.metadata())
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNAUTHENTICATED:
                raise
            return self._repeated(method, request, deadline, self.metadata(renew=True))

    def call_public(self, method: Method, request: Message) -> Any:  # noqa: ANN401 - the stub's
        """Makes a call that needs no token, once.

        Raises:
            grpc.RpcError: The call failed.
        """
        return method(request, timeout=DEADLINE)

    def call_once(self, method: Method, request: Message) -> Any:  # noqa: ANN401 - the stub's
        """Makes a call as the person who is signed in, once: a change that would be another one if it were repeated.

        Raises:
            CliError: Nobody is signed in.
            grpc.RpcError: The call failed.
        """
        return method(request, timeout=DEADLINE, metadata=self.metadata())

    def pages(self, method: Method, request: Any, field: str, limit: int = 0) -> Iterator[Any]:  # noqa: ANN401 - of any List method
        """Yields the resources of a List method, page by page.

        Args:
            method: The method.
            request: Its request; page size and token are set here.
            field: The response's field with the resources.
            limit: At most this many; 0 for all.
        """
        seen = 0
        while True:
            request.page_size = min(_PAGE_SIZE, limit - seen) if limit else _PAGE_SIZE
            response = self.call(method, request)
            for resource in getattr(response, field):
                seen += 1
                yield resource
            if not response.next_page_token or (limit and seen >= limit):
                return
            request.page_token = response.next_page_token

    def metadata(self, *, renew: bool = False) -> Metadata:
        """Returns the metadata of a call: the access token, renewed where it has ended or the server refuses it.

        Raises:
            CliError: Nobody is signed in, or the session has ended.
        """
        return (("authorization", f"Bearer {self.access_token(renew=renew)}"),)

    def access_token(self, *, renew: bool = False) -> str:
        """Returns an access token that is good for another call, or with `renew` a new one.

        Raises:
            CliError: Nobody is signed in, or the session has ended.
        """
        credentials = self.credentials()
        if renew or not credentials.fresh(time.time()):
            credentials = self._renew(credentials)
        return credentials.access_token

    def credentials(self) -> Credentials:
        """Returns who is signed in.

        Raises:
            CliError: Nobody is.
        """
        credentials = self.store.load(self.server.url)
        if credentials is None:
            raise CliError(f"You aren't signed in at {self.server.url}. Run `xorb login`.")
        return credentials

    def keep(self, tokens: identity_pb2.SessionTokens) -> Credentials:
        """Stores what a sign-in or refresh returned."""
        credentials = Credentials(
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires=tokens.expire_time.seconds + tokens.expire_time.nanos / 1e9,
            email=tokens.account.email,
            organization=tokens.organization,
        )
        self.store.save(self.server.url, credentials)
        return credentials

    def refresh(self, organization: str = "") -> Credentials:
        """Renews the tokens, and from then on works in another organization where one is given.

        Raises:
            CliError: Nobody is signed in, or the session has ended.
            grpc.RpcError: The call failed.
        """
        with self.store.locked():
            return self._exchange(self.credentials(), organization)

    def _renew(self, old: Credentials) -> Credentials:
        with self.store.locked():
            current = self.credentials()
            # Another command may have renewed it while this one waited.
            if current != old and current.fresh(time.time()):
                return current
            return self._exchange(current, "")

    def _exchange(self, current: Credentials, organization: str) -> Credentials:
        request = identity_pb2.RefreshSessionRequest(refresh_token=current.refresh_token, organization=organization)
        try:
            # Once: a refresh token that arrives twice ends the session.
            return self.keep(self.stub(identity_pb2_grpc.IdentityServiceStub).RefreshSession(request, timeout=DEADLINE))
        except grpc.RpcError as error:
            if reason_of(error) == "INVALID_REFRESH_TOKEN":
                self.store.save(self.server.url, None)
                raise CliError("Your session has ended. Run `xorb login`.") from error
            raise

    @staticmethod
    def _repeated(method: Method, request: Message, deadline: float, metadata: Metadata) -> Any:  # noqa: ANN401 - the stub's
        for attempt in range(_ATTEMPTS):
            try:
                return method(request, timeout=deadline, metadata=metadata)
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE or attempt == _ATTEMPTS - 1:
                    raise
                time.sleep(_FIRST_PAUSE * 2**attempt)
        raise AssertionError("the loop returns or raises")
