"""Where to look after the demo."""

from stack.demo.shell import export, gateway
from stack.settings import StackSettings


def pointers(settings: StackSettings, organization: str, *, up: bool) -> str:
    """Addresses and commands to go on with, for the resource name of the demo's organization.

    Args:
        settings: The stack's.
        organization: The organization's resource name.
        up: Whether the stack is still up.
    """
    here, secured = gateway(settings), '-H "Authorization: Bearer $(xorb token)"'
    first = "The stack is still up." if up else "The stack is stopped; its state is kept. `make up` starts it again."
    return f"""
{first} While it is up:

  API reference   {here}/docs
  OpenAPI         {here}/openapi.json
  Metrics         http://127.0.0.1:{settings.ports["XORB_METRICS_PORT"]}/metrics
  The weak site   http://127.0.0.1:{settings.ports["XORB_DEMO_HTTP_PORT"]}/
  WebSocket       ws{here.removeprefix("http")}/v1/{organization}/findings:watch
                  (sub-protocols: xorb.v1, bearer.<token>)

  . .venv/bin/activate
  {export(settings)}
  xorb findings list --severity high    # more: xorb --help
  xorb watch                            # what happens, as it happens
  curl {secured} \\
    {here}/v1/{organization}/findings

README.md and docs/ say more."""
