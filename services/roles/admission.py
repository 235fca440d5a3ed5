"""The part of the security plane's process that lets programs in, and lets administrators see who is in."""

import grpc.aio
from xorb.security.v1 import api_key_pb2_grpc, member_session_pb2_grpc, service_account_pb2_grpc

from services.mesh.access.model import Announcer
from services.mesh.database import Database
from services.mesh.pages import Pager
from services.security.identity.member_sessions.service import MemberSessionsServicer
from services.security.identity.signing_in import Sessions
from services.security.keys.accounts.service import ServiceAccountsServicer
from services.security.keys.service import ApiKeysServicer

SERVICES = (
    "xorb.security.v1.MemberSessionsService",
    "xorb.security.v1.ServiceAccountsService",
    "xorb.security.v1.ApiKeysService",
)


def register(server: grpc.aio.Server, database: Database, pager: Pager, access: Announcer, opener: Sessions) -> None:
    """Adds the servicers.

    Args:
        server: To what.
        database: Where their state is.
        pager: Cuts lists into pages.
        access: Told of what acts no more.
        opener: What signing in stands on.
    """
    sessions = MemberSessionsServicer(database, pager, access, opener.memberships)
    accounts = ServiceAccountsServicer(database, pager, access)
    keys = ApiKeysServicer(database, pager, access, opener.issuer, opener.access_token_lifetime)
    member_session_pb2_grpc.add_MemberSessionsServiceServicer_to_server(sessions, server)
    service_account_pb2_grpc.add_ServiceAccountsServiceServicer_to_server(accounts, server)
    api_key_pb2_grpc.add_ApiKeysServiceServicer_to_server(keys, server)
