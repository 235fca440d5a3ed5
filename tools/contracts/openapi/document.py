"""The whole document: OpenAPI 3.1.1, from the contracts and nothing else."""

import json
from pathlib import Path

from tools.contracts.model import Contracts, Method
from tools.contracts.openapi.errors import content
from tools.contracts.openapi.operations import Operations, tag
from tools.contracts.openapi.reference import page
from tools.contracts.openapi.schemas import Schemas
from tools.contracts.openapi.well_known import COMMENTS, Schema

_DESCRIPTION = """\
Penetration testing as a service, threat intelligence and security operations.

**Signing in.** `POST /v1/sessions:sign-in` returns an access token of a few minutes and a refresh token; send the
access token as `Authorization: Bearer …`. A token is for one organization.

**Names.** Resources are named by path, such as `organizations/{organization}/targets/{target}`. What you may not see
looks exactly like what doesn't exist.

**Errors.** Every error is a `google.rpc.Status`; the `ErrorInfo` in its details has the reason for your program.

**Repeating.** Send a `requestId`, a UUID of your own, with every change: a repeated request returns the first
response and changes nothing. An `etag` that isn't current is refused.

**Pages.** Send `nextPageToken` back as `pageToken` with the same parameters; the last page has none.

**Watching.** A watch tells what happens as it happens. Each record has a `resumeToken`: a new watch with it goes on
right after that record, so that nothing is lost or repeated.
"""
# Envoy's transcoder prints them as the `@type`s of an error's details.
_DETAILS = ("google.rpc.Status", "google.rpc.ErrorInfo", "google.rpc.BadRequest")


def generate(contracts: Contracts, output: Path) -> None:
    """Writes `openapi.json` and `reference.html` into `output`, an empty folder."""
    made = document(contracts)
    (output / "openapi.json").write_text(json.dumps(made, indent=2, ensure_ascii=False) + "\n")
    (output / "reference.html").write_text(page(made))


def document(contracts: Contracts) -> Schema:
    """Returns the document as what JSON can express; the same contracts always give the same document."""
    schemas = Schemas(contracts)
    methods = [method for method in contracts.methods if method.bindings and not method.internal]
    paths = _paths(methods, Operations(contracts, schemas))
    for name in _DETAILS:
        schemas.reference(contracts.message(name))
    return {
        "openapi": "3.1.1",
        "info": {"title": "XORB", "version": "v1", "description": _DESCRIPTION},
        "servers": [{"url": "/", "description": "The gateway that serves this document."}],
        "tags": _tags(contracts, methods),
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "responses": {"Error": {"description": "Any other error.", "content": content()}},
            "schemas": dict(schemas.components),
        },
    }


def _paths(methods: list[Method], operations: Operations) -> Schema:
    paths: Schema = {}
    for method in methods:
        for binding in method.bindings:
            item = paths.setdefault(operations.path(binding), {})
            item[binding.verb] = operations.operation(method, binding)
    return paths


def _tags(contracts: Contracts, methods: list[Method]) -> list[Schema]:
    services = dict.fromkeys(method.service for method in methods)
    comments = {**COMMENTS, **contracts.comments}
    return [{"name": tag(one), "description": comments.get(one, ""), "x-xorb-service": one} for one in services]
