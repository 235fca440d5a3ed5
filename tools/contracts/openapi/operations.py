"""One operation of the document: a method and one of its HTTP bindings."""

from tools.contracts.model import Binding, Contracts, Method
from tools.contracts.openapi.errors import catalogue, responses
from tools.contracts.openapi.parameters import Requests
from tools.contracts.openapi.schemas import Schemas
from tools.contracts.openapi.well_known import Schema

_STREAM = (
    "The response is a stream of `data:` lines, each one record in JSON; the last record has `end` and says why the "
    "stream ended. The same path takes a WebSocket, whose frames are the same records."
)


class Operations:
    """Makes operations; the schemas that they refer to collect in `schemas`."""

    def __init__(self, contracts: Contracts, schemas: Schemas) -> None:
        self._contracts = contracts
        self._schemas = schemas
        self._requests = Requests(contracts, schemas)
        self._reasons = catalogue(contracts)

    def path(self, binding: Binding) -> str:
        """Returns the path under which the operation stands."""
        return self._requests.path(binding)

    def operation(self, method: Method, binding: Binding) -> Schema:
        """Returns the operation object; its identifier is stable as long as service and method keep their names."""
        number = method.bindings.index(binding)
        policy = method.policy
        return {
            "operationId": f"{tag(method.service)}_{method.name}{f'_{number + 1}' if number else ''}",
            "tags": [tag(method.service)],
            "summary": _sentence(method.description),
            "description": "\n\n".join(filter(None, [method.description, _STREAM if method.streams else ""])),
            "parameters": self._requests.parameters(method, binding),
            **self._requests.body(method, binding),
            "responses": {"200": self._success(method), **responses(method, self._reasons)},
            "security": [] if policy is None or policy.caller == "public" else [{"bearer": []}],
            **self._extensions(method),
        }

    def _success(self, method: Method) -> Schema:
        schema = self._schemas.reference(method.descriptor.output_type)
        if not method.descriptor.server_streaming:
            return {"description": "Success.", "content": {"application/json": {"schema": schema}}}
        record = {"type": "string", "contentMediaType": "application/json", "contentSchema": schema}
        return {"description": "The stream.", "content": {"text/event-stream": {"schema": record}}}

    def _extensions(self, method: Method) -> Schema:
        policy = method.policy
        made: Schema = {"x-xorb-method": method.grpc_path.removeprefix("/").replace("/", ".")}
        if policy is not None:
            made |= {"x-xorb-caller": policy.caller, "x-xorb-rate-class": policy.rate_class}
            made |= {"x-xorb-audited": policy.audited}
        if policy is not None and policy.permission:
            made["x-xorb-permission"] = policy.permission
        return {**made, **self._long_running(method)}

    def _long_running(self, method: Method) -> Schema:
        """What the operation's untyped `response` and `metadata` hold, where the method returns an operation."""
        info = self._contracts.options(method.descriptor).get("[google.longrunning.operation_info]", {})
        package = method.service.rpartition(".")[0]
        names = {kind: info[f"{kind}_type"] for kind in ("response", "metadata") if f"{kind}_type" in info}
        full = {kind: name if "." in name else f"{package}.{name}" for kind, name in names.items()}
        made = {kind: self._schemas.reference(self._contracts.message(name)) for kind, name in full.items()}
        return {"x-xorb-operation": made} if made else {}


def tag(service: str) -> str:
    """Returns the tag of a service: its own name without `Service`."""
    return service.rpartition(".")[2].removesuffix("Service")


def _sentence(text: str) -> str:
    first = text.partition("\n\n")[0]
    return first.partition(". ")[0].removesuffix(".")
