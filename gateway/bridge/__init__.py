"""WebSocket to streaming RPC, driven by descriptors.

Every server-streaming or bidirectional method with a `google.api.http` binding is a WebSocket at the binding's path,
with the query parameters that REST would take. One frame is one message in proto3's JSON.

Opening: the token travels in the sub-protocol (`Sec-WebSocket-Protocol: xorb.v1, bearer.<token>`, answered by
`xorb.v1`), in an `Authorization` header, or within five seconds in the first frame
(`{"authorization": "Bearer …", "resumeToken": "…"}`), never in the URL. The bridge can't check
a token: it passes it on.

A bidirectional method takes one request message a frame; fields bound by path and query are set in each of them, and
`{"end": {}}` says that no more will come.

Closing: the last frame is `{"end": {google.rpc.Status}, "resumeToken": "…"}`, then the socket is closed with

| close code | meaning                                                                   | status code            |
| ---------- | ------------------------------------------------------------------------- | ---------------------- |
| 1000       | the call has ended well                                                   | `OK`                   |
| 1003       | a binary frame where text is spoken                                       | `INVALID_ARGUMENT`     |
| 1009       | a frame above the size limit (no terminal frame)                          | none                   |
| 1011       | the server failed, or the client didn't answer a ping                     | `INTERNAL` and unknown |
| 1012       | the bridge restarts: connect again with the resume token                  | `UNAVAILABLE`          |
| 1013       | try again in a moment                                                     | `UNAVAILABLE`          |
| 4400       | the request or a frame is not valid                                       | `INVALID_ARGUMENT`     |
| 4401       | the token is missing or not valid: refresh it, then connect again         | `UNAUTHENTICATED`      |
| 4403       | the caller may not do this                                                | `PERMISSION_DENIED`    |
| 4404       | there is no such resource                                                 | `NOT_FOUND`            |
| 4408       | no token came in time, or the call ran out of its time                    | `DEADLINE_EXCEEDED`    |
| 4409       | the resource exists already, or was changed in between                    | `ABORTED`              |
| 4410       | the resume token is too old: read the state anew, connect without a token | `OUT_OF_RANGE`         |
| 4412       | the resource's state doesn't allow it                                     | `FAILED_PRECONDITION`  |
| 4413       | the socket is read too slowly: connect again with the resume token        | `RESOURCE_EXHAUSTED`   |
| 4429       | a limit is reached: wait before the next attempt                          | `RESOURCE_EXHAUSTED`   |
| 4501       | the service doesn't know the method                                       | `UNIMPLEMENTED`        |

The reason beside the code is the `reason` of the status's `google.rpc.ErrorInfo`. A socket that ends without a terminal
frame was cut off; connect again with the last resume token.
"""
