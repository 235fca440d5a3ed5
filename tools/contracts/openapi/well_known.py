"""Types that others wrote: their form in protobuf's JSON mapping, and comments that their descriptors lack.

Source of the forms: protobuf's "ProtoJSON Format".
"""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

_DURATION = r"^-?[0-9]+(\.[0-9]{1,9})?s$"

WELL_KNOWN: Mapping[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": _DURATION, "examples": ["1.5s"]},
    "google.protobuf.FieldMask": {"type": "string", "examples": ["displayName,description"]},
    "google.protobuf.Empty": {"type": "object", "maxProperties": 0},
    "google.protobuf.Struct": {"type": "object", "additionalProperties": True},
    "google.protobuf.Value": {},
    "google.protobuf.ListValue": {"type": "array", "items": {}},
    "google.protobuf.Any": {
        "type": "object",
        "properties": {"@type": {"type": "string", "description": "Which message this is."}},
        "required": ["@type"],
        "additionalProperties": True,
    },
    "google.protobuf.BoolValue": {"type": ["boolean", "null"]},
    "google.protobuf.StringValue": {"type": ["string", "null"]},
    "google.protobuf.BytesValue": {"type": ["string", "null"], "contentEncoding": "base64"},
    "google.protobuf.Int32Value": {"type": ["integer", "null"], "format": "int32"},
    "google.protobuf.UInt32Value": {"type": ["integer", "null"], "minimum": 0},
    "google.protobuf.Int64Value": {"type": ["string", "null"], "format": "int64"},
    "google.protobuf.UInt64Value": {"type": ["string", "null"], "format": "uint64"},
    "google.protobuf.FloatValue": {"type": ["number", "null"], "format": "float"},
    "google.protobuf.DoubleValue": {"type": ["number", "null"], "format": "double"},
}

_OPERATION, _STATUS, _INFO = "google.longrunning.Operation", "google.rpc.Status", "google.rpc.ErrorInfo"

COMMENTS: Mapping[str, str] = {
    "google.longrunning.Operations": "Follows work that takes longer than a call.",
    _OPERATION: "Work that takes longer than a call.",
    f"{_OPERATION}.name": "`operations/` and the name of the resource that the operation works on.",
    f"{_OPERATION}.metadata": "How far it is.",
    f"{_OPERATION}.done": "Whether it has ended; then there is either an error or a response.",
    f"{_OPERATION}.error": "Why it failed or was cancelled.",
    f"{_OPERATION}.response": "What it resulted in.",
    "google.longrunning.ListOperationsResponse": "One page of operations.",
    "google.longrunning.ListOperationsResponse.operations": "The operations.",
    "google.longrunning.ListOperationsResponse.next_page_token": "For the next page; empty on the last.",
    "google.longrunning.ListOperationsResponse.unreachable": "Always empty.",
    "google.longrunning.ListOperationsRequest.name": "Always `operations`.",
    "google.longrunning.ListOperationsRequest.filter": "Which ones (AIP-160).",
    "google.longrunning.ListOperationsRequest.page_size": "At most this many; 50 where it isn't given.",
    "google.longrunning.ListOperationsRequest.page_token": "From the previous response, to get the next page.",
    "google.longrunning.ListOperationsRequest.return_partial_success": "Has no effect.",
    "google.longrunning.GetOperationRequest.name": "The operation's name.",
    "google.longrunning.DeleteOperationRequest.name": "The operation's name.",
    "google.longrunning.CancelOperationRequest.name": "The operation's name.",
    _STATUS: "An error, or the end of a stream.",
    f"{_STATUS}.code": "The gRPC status code; 0 is success.",
    f"{_STATUS}.message": "What went wrong, in English, for developers.",
    f"{_STATUS}.details": "Always an `ErrorInfo`, whose reason is for programs; more where it helps.",
    _INFO: "Why a call failed, for programs (AIP-193).",
    f"{_INFO}.reason": "One of the documented reasons.",
    f"{_INFO}.domain": "Always `xorb`.",
    f"{_INFO}.metadata": "Facts about this very failure.",
    "google.rpc.BadRequest": "Which fields of the request break their rules.",
    "google.rpc.BadRequest.field_violations": "Each field that does.",
    "google.rpc.BadRequest.FieldViolation": "A field that breaks its rule.",
    "google.rpc.BadRequest.FieldViolation.field": "The path of the field in the request.",
    "google.rpc.BadRequest.FieldViolation.description": "What is wrong with it.",
    "google.rpc.BadRequest.FieldViolation.reason": "The identifier of the rule.",
    "google.rpc.BadRequest.FieldViolation.localized_message": "Never sent.",
    "google.rpc.LocalizedMessage": "A message in the reader's language.",
    "google.rpc.LocalizedMessage.locale": "The language (BCP 47).",
    "google.rpc.LocalizedMessage.message": "The message.",
}
