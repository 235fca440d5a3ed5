"""How often each may call: Envoy's RateLimitService (v3) over Redis.

For each request the edge sends descriptors, which derive from the contract (`gen/envoy/routes.yaml`): the method's rate
class with the caller's organization, with the account, or with the address. Each is a bucket of its own, and a request
passes if every bucket has room; one that is refused takes from none.

| module | what it knows |
| --- | --- |
| `limits` | limits, and the settings `XORB_RATE_LIMIT_*` they are read from |
| `protocol` | Envoy's messages |
| `demands` | which buckets a request draws on |
| `gcra` | the arithmetic |
| `shared` | buckets in Redis, for all processes |
| `local` | buckets in this process, for when Redis is away |
| `refusals` | buckets known to be empty: who hammers costs no round trip; the edge does so too (`envoy/refusals.lua`) |
| `overrides` | limits of single organizations, changed while everything runs |
| `limiter` | which of these decides |
| `service` | the answer to the edge, with its headers |

Without Redis, sign-in is refused (UNAVAILABLE, which the edge makes 503), because whoever tries passwords would profit
most; everything else has a smaller limit per process.
"""
