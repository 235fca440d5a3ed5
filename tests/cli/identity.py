"""Who signs in to the small platform, and the organizations that they belong to."""

from typing import Any

from google.longrunning import operations_pb2
from google.protobuf import empty_pb2
from google.rpc import code_pb2
from xorb.core.v1 import organization_pb2, organization_pb2_grpc
from xorb.security.v1 import identity_pb2, identity_pb2_grpc

from tests.cli.platform import EMAIL, ORGANIZATION, Platform, fail, new_id, one, page


class Identity(identity_pb2_grpc.IdentityServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def SignUp(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context, public=True)
        if len(request.password) < 12:
            fail(
                context,
                3,
                "INVALID_FIELD",
                "A field is not valid; the details name it.",
                password="at least 12 characters",
            )
        if request.email in self.platform.accounts:
            fail(context, code_pb2.ALREADY_EXISTS, "ALREADY_EXISTS", "It exists already.")
        self.platform.accounts[request.email] = request.password
        return identity_pb2.Account(name="accounts/a", email=request.email)

    def SignIn(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context, public=True)
        if self.platform.accounts.get(request.email) != request.password:
            fail(context, code_pb2.UNAUTHENTICATED, "WRONG_CREDENTIALS", "E-mail or password is wrong.")
        if self.platform.codes or self.platform.passkeys:
            kinds = ["TOTP", "RECOVERY_CODE"] if self.platform.codes else ["PASSKEY"]
            factor = identity_pb2.SecondFactor(challenge="challenge", kinds=kinds)
            return identity_pb2.SessionTokens(second_factor=factor)
        return self._opened(request.email)

    def CompleteSignIn(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context, public=True)
        if getattr(request, request.WhichOneof("answer")) not in self.platform.codes:
            fail(context, code_pb2.UNAUTHENTICATED, "WRONG_SECOND_FACTOR", "That is wrong.")
        return self._opened(EMAIL)

    def _opened(self, email: str) -> Any:
        first = self.platform.organizations[0].name if self.platform.organizations else ""
        return self.platform.new_tokens(email, first)

    def RefreshSession(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context, public=True)
        organization = self.platform.refresh.pop(request.refresh_token, None)
        if organization is None:
            fail(context, code_pb2.UNAUTHENTICATED, "INVALID_REFRESH_TOKEN", "The session has ended. Sign in again.")
        return self.platform.new_tokens(EMAIL, request.organization or organization)

    def SignOut(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        self.platform.refresh.clear()
        return empty_pb2.Empty()

    def GetCaller(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        account = identity_pb2.Account(name="accounts/a", email=EMAIL)
        return identity_pb2.Caller(account=account, organization=ORGANIZATION, roles=["owner"])

    def GetJsonWebKeySet(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context, public=True)
        return identity_pb2.JsonWebKeySet()


class Organizations(organization_pb2_grpc.OrganizationsServiceServicer):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def CreateOrganization(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        created = organization_pb2.Organization(
            name=f"organizations/{new_id()}", display_name=request.organization.display_name
        )
        self.platform.organizations.append(created)
        return created

    def GetOrganization(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return one(context, self.platform.organizations, request.name)

    def UpdateOrganization(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        found = one(context, self.platform.organizations, request.organization.name)
        request.update_mask.MergeMessage(request.organization, found)
        return found

    def RotateEncryptionKey(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        return operations_pb2.Operation(name=f"operations/{request.name}/dataKeys/{new_id()}")

    def DeleteOrganization(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        [found] = [one for one in self.platform.organizations if one.name == request.name]
        found.state = organization_pb2.Organization.DELETED
        found.purge_time.FromJsonString("2030-01-02T03:04:05Z")
        return found

    def UndeleteOrganization(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        [found] = [one for one in self.platform.organizations if one.name == request.name]
        found.ClearField("purge_time")
        return found

    def ListOrganizations(self, request: Any, context: Any) -> Any:
        self.platform.enter(request, context)
        response = organization_pb2.ListOrganizationsResponse()
        return page(request, self.platform.organizations, response, "organizations")
