"""The process of the security plane."""

import grpc.aio
from xorb.core.v1 import organization_pb2_grpc
from xorb.security.v1 import (
    account_pb2_grpc,
    connection_pb2_grpc,
    factor_pb2_grpc,
    identity_pb2_grpc,
    passkey_pb2_grpc,
    password_pb2_grpc,
    session_pb2_grpc,
)

from services.mesh.cipher import TransitCipher
from services.mesh.outbound import Reach
from services.mesh.pages import Pager
from services.mesh.settings import Settings
from services.mesh.tokens import Issuer
from services.roles import admission, process
from services.security.identity import throttle as throttling
from services.security.identity.accounts import AccountsServicer
from services.security.identity.changing_password import PasswordsServicer
from services.security.identity.cookies import Cookies
from services.security.identity.factors.codes import Codes
from services.security.identity.factors.service import FactorsServicer
from services.security.identity.memberships import Memberships
from services.security.identity.passkeys.assertions import Assertions
from services.security.identity.passkeys.ceremony import RelyingParty
from services.security.identity.passkeys.service import PasskeysServicer
from services.security.identity.reauthentication import Reauthentication
from services.security.identity.resetting_password import PasswordResetsServicer, Resetting
from services.security.identity.second_step import SecondStep
from services.security.identity.service import IdentityServicer
from services.security.identity.sessions import SessionsServicer
from services.security.identity.sign_on.provider import Provider
from services.security.identity.sign_on.sealing import KEY as SEALING_KEY
from services.security.identity.sign_on.sealing import Sealing
from services.security.identity.sign_on.service import ConnectionsServicer
from services.security.identity.sign_on.signing_on import SignOn
from services.security.identity.signing_in import Sessions
from services.security.identity.throttle import Allowance, Throttle

ROLE = "security"
SERVICES = (
    "xorb.security.v1.IdentityService",
    "xorb.security.v1.SessionsService",
    "xorb.security.v1.PasswordsService",
    "xorb.security.v1.PasswordResetsService",
    "xorb.security.v1.FactorsService",
    "xorb.security.v1.PasskeysService",
    "xorb.security.v1.ConnectionsService",
    "xorb.security.v1.AccountsService",
    *admission.SERVICES,
)


async def run(settings: Settings) -> None:
    """Serves the security plane until the process is asked to stop."""
    async with (
        process.database(settings) as database,
        process.access(settings, database) as access,
        process.channel(settings, "core") as core,
        throttling.connect(settings.redis_url) as redis,
    ):
        stub = organization_pb2_grpc.MembershipsServiceStub(core)
        keys = process.transit(settings)
        memberships = Memberships(stub, process.identity(settings, ROLE))
        pager = Pager(settings.page_token_key)
        opener = Sessions(Issuer(keys), memberships, settings.access_token_lifetime)
        codes = Codes(TransitCipher.connect(settings.vault_address, settings.vault_token))
        assertions = Assertions(RelyingParty(settings.webauthn_rp_id, settings.webauthn_origins))
        reauthentication = Reauthentication(database, codes)
        second_step = SecondStep(opener, codes, assertions)
        throttle = Throttle(redis, Allowance(*settings.sign_in_failures))
        identity = IdentityServicer(database, keys, access, opener, second_step, throttle, settings.sign_up_open)
        sessions = SessionsServicer(database, pager, access)
        factors = FactorsServicer(database, codes, reauthentication)
        passkeys = PasskeysServicer(database, pager, assertions, reauthentication, opener)
        sign_on = SignOn(
            database,
            Provider(Reach(settings.allow_loopback_providers, settings.allow_private_providers)),
            Sealing(TransitCipher.connect(settings.vault_address, settings.vault_token, SEALING_KEY)),
            memberships,
            opener,
            settings.web_address,
        )
        connections = ConnectionsServicer(database, pager, sign_on)

        def register(server: grpc.aio.Server) -> None:
            identity_pb2_grpc.add_IdentityServiceServicer_to_server(identity, server)
            session_pb2_grpc.add_SessionsServiceServicer_to_server(sessions, server)
            password_pb2_grpc.add_PasswordsServiceServicer_to_server(
                PasswordsServicer(database, access, throttle, Resetting(database, access, throttle)), server
            )
            password_pb2_grpc.add_PasswordResetsServiceServicer_to_server(PasswordResetsServicer(database), server)
            factor_pb2_grpc.add_FactorsServiceServicer_to_server(factors, server)
            passkey_pb2_grpc.add_PasskeysServiceServicer_to_server(passkeys, server)
            connection_pb2_grpc.add_ConnectionsServiceServicer_to_server(connections, server)
            account_pb2_grpc.add_AccountsServiceServicer_to_server(AccountsServicer(database), server)
            admission.register(server, database, pager, access, opener)

        await process.serve(
            ROLE,
            settings,
            register=register,
            services=SERVICES,
            store=database,
            known=access,
            own=(Cookies(settings.allowed_origins),),
        )
