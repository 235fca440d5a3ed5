"""What lets people and programs in, in the small platform, and the trail of that."""

import uuid
from typing import Any

from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf import empty_pb2
from google.rpc import code_pb2
from xorb.core.v1 import audit_pb2, audit_pb2_grpc, member_pb2, member_pb2_grpc, organization_pb2
from xorb.security.v1 import (
    api_key_pb2,
    api_key_pb2_grpc,
    connection_pb2,
    connection_pb2_grpc,
    member_session_pb2,
    member_session_pb2_grpc,
    password_pb2_grpc,
    service_account_pb2,
    service_account_pb2_grpc,
    session_pb2,
    session_pb2_grpc,
)

from tests.cli.platform import EMAIL, ORGANIZATION, PASSWORD, Platform, fail, page

KEY, RESET_CODE = "xorb_key", "gd6j-ir3o-xp4m-wrqw-75dj-h3dc"
MEMBER = f"{ORGANIZATION}/members/{uuid.UUID(int=7)}"


class _Servicer:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def add(self, request: Any, context: Any, resource: Any, collection: str) -> Any:
        """Keeps a new resource."""
        self.platform.enter(request, context)
        resource.name = f"{request.parent}/{collection}/{uuid.uuid4()}"
        self.platform.admitted.append(resource)
        return resource

    def every(self, request: Any, context: Any, response: Any, field_name: str, kind: type[Any]) -> Any:
        """One page of the resources below the request's parent."""
        self.platform.enter(request, context)
        found = [one for one in self.platform.admitted if isinstance(one, kind) and one.name.startswith(request.parent)]
        return page(request, found, response, field_name)

    def one(self, name: str) -> Any:
        """The resource of a name."""
        return next(one for one in self.platform.admitted if one.name == name)

    def remove(self, request: Any, context: Any) -> Any:
        """Removes a resource."""
        self.platform.enter(request, context)
        self.platform.admitted.remove(self.one(request.name))
        return empty_pb2.Empty()

    def end(self, request: Any, context: Any, field_name: str) -> Any:
        """Writes down when a resource ended."""
        self.platform.enter(request, context)
        found = self.one(request.name)
        getattr(found, field_name).GetCurrentTime()
        return found


class Sessions(_Servicer, session_pb2_grpc.SessionsServiceServicer):
    def ListSessions(self, request: Any, context: Any) -> Any:
        return self.every(request, context, session_pb2.ListSessionsResponse(), "sessions", session_pb2.Session)

    def RevokeSession(self, request: Any, context: Any) -> Any:
        return self.end(request, context, "end_time")


class MemberSessions(_Servicer, member_session_pb2_grpc.MemberSessionsServiceServicer):
    def ListMemberSessions(self, request: Any, context: Any) -> Any:
        response = member_session_pb2.ListMemberSessionsResponse()
        return self.every(request, context, response, "sessions", member_session_pb2.MemberSession)

    def RevokeMemberSession(self, request: Any, context: Any) -> Any:
        return self.end(request, context, "end_time")


class Members(_Servicer, member_pb2_grpc.MembersServiceServicer):
    def ListMembers(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return member_pb2.ListMembersResponse(members=[member_pb2.Member(name=MEMBER, email="bob@example.org")])


class Connections(_Servicer, connection_pb2_grpc.ConnectionsServiceServicer):
    def CreateConnection(self, request: Any, context: Any) -> Any:
        return self.add(request, context, request.connection, "connections")

    def GetConnection(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return self.one(request.name)

    def ListConnections(self, request: Any, context: Any) -> Any:
        response = connection_pb2.ListConnectionsResponse()
        return self.every(request, context, response, "connections", connection_pb2.Connection)

    def UpdateConnection(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        found = self.one(request.connection.name)
        request.update_mask.MergeMessage(request.connection, found, replace_repeated_field=True)
        return found

    def DeleteConnection(self, request: Any, context: Any) -> Any:
        return self.remove(request, context)


class ServiceAccounts(_Servicer, service_account_pb2_grpc.ServiceAccountsServiceServicer):
    def CreateServiceAccount(self, request: Any, context: Any) -> Any:
        return self.add(request, context, request.service_account, "serviceAccounts")

    def ListServiceAccounts(self, request: Any, context: Any) -> Any:
        response = service_account_pb2.ListServiceAccountsResponse()
        return self.every(request, context, response, "service_accounts", service_account_pb2.ServiceAccount)

    def DeleteServiceAccount(self, request: Any, context: Any) -> Any:
        return self.remove(request, context)


class ApiKeys(_Servicer, api_key_pb2_grpc.ApiKeysServiceServicer):
    def CreateApiKey(self, request: Any, context: Any) -> Any:
        made = api_key_pb2.ApiKey()
        made.CopyFrom(self.add(request, context, request.api_key, "apiKeys"))
        made.key = KEY
        return made

    def ListApiKeys(self, request: Any, context: Any) -> Any:
        return self.every(request, context, api_key_pb2.ListApiKeysResponse(), "api_keys", api_key_pb2.ApiKey)

    def RevokeApiKey(self, request: Any, context: Any) -> Any:
        return self.end(request, context, "revoke_time")


class Passwords(_Servicer, password_pb2_grpc.PasswordsServiceServicer):
    def ChangePassword(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        if request.current_password != PASSWORD:
            fail(context, code_pb2.UNAUTHENTICATED, "WRONG_CREDENTIALS", "The current password isn't right.")
        self.platform.accounts[EMAIL] = request.new_password
        return empty_pb2.Empty()

    def ResetPassword(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context, public=True)
        if request.code != RESET_CODE:
            fail(context, code_pb2.UNAUTHENTICATED, "INVALID_RESET_CODE", "The code has ended.")
        self.platform.accounts[request.email] = request.new_password
        return empty_pb2.Empty()


class Audit(_Servicer, audit_pb2_grpc.AuditServiceServicer):
    def ListAuditEntries(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return page(request, self.platform.trail, audit_pb2.ListAuditEntriesResponse(), "audit_entries")

    def ListAccountAuditEntries(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return page(request, self.platform.trail[:1], audit_pb2.ListAccountAuditEntriesResponse(), "audit_entries")


class Operations(_Servicer, operations_pb2_grpc.OperationsServicer):
    """A rotation that takes as many calls as there are in `waits`; its result is what the last of them says."""

    def WaitOperation(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        operation = operations_pb2.Operation(name=request.name)
        error = self.platform.waits.pop(0)
        if not self.platform.waits:
            operation.done = True
            operation.response.Pack(organization_pb2.KeyRotation())
            if error:
                operation.error.message = error
        return operation
