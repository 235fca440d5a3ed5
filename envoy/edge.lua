-- What the edge does to REST requests that Envoy's own filters can't: it refuses members of JSON bodies that the
-- contract doesn't have (the transcoder drops them silently), refuses bodies that announce themselves as too large
-- before reading them, and gives /healthz a body. stack/edge_bodies.py writes the tables BINDINGS and MESSAGES in
-- front of this; how large a body may be stands in the metadata of its route.
--
-- BINDINGS: list of {method, pattern of the path, name of the body's message}.
-- MESSAGES: name -> member -> name of its message, or "" for whatever is not looked into.

local DEEPEST = 100
local SPACE = "^[ \t\r\n]*()"
local refuse

-- Returns the position after the string that begins at `at`, and its raw content; nil if it does not end.
local function read_string(text, at)
  local position = at + 1
  while true do
    local found = text:find('["\\]', position)
    if not found then return nil end
    if text:byte(found) == 34 then return found + 1, text:sub(at + 1, found - 1) end
    position = found + 2
  end
end

local skip_value

local function skip_members(text, at, closing, with_keys, message, path, depth)
  local position = text:match(SPACE, at + 1)
  if text:sub(position, position) == closing then return position + 1 end
  while true do
    local inner, inner_path = message, path
    if with_keys then
      local after, key = read_string(text, position)
      if not after then return nil end
      inner = ""
      if message ~= "" then
        -- A key written with escapes counts as unknown: no member's name needs one.
        inner = MESSAGES[message][key]
        inner_path = path .. "." .. key
        if inner == nil then return nil, inner_path end
      end
      position = text:match(SPACE, after)
      if text:sub(position, position) ~= ":" then return nil end
      position = position + 1
    end
    local unknown
    position, unknown = skip_value(text, text:match(SPACE, position), inner, inner_path, depth + 1)
    if not position then return nil, unknown end
    position = text:match(SPACE, position)
    local mark = text:sub(position, position)
    if mark == closing then return position + 1 end
    if mark ~= "," then return nil end
    position = text:match(SPACE, position + 1)
    if with_keys and text:sub(position, position) ~= '"' then return nil end
  end
end

-- Returns the position after the value that begins at `at`. Where it isn't JSON, nil: the transcoder says why.
-- Where it has an unknown member, nil and the path of that.
skip_value = function(text, at, message, path, depth)
  if depth > DEEPEST then return nil end
  local first = text:sub(at, at)
  if first == "{" then
    local position = text:match(SPACE, at + 1)
    local mark = text:sub(position, position)
    if mark ~= '"' and mark ~= "}" then return nil end
    return skip_members(text, at, "}", true, message, path, depth)
  end
  if first == "[" then return skip_members(text, at, "]", false, message, path, depth) end
  if first == '"' then return (read_string(text, at)) end
  return text:match("^[%w+.-]+()", at)
end

local function body_message(method, path)
  for _, binding in ipairs(BINDINGS) do
    if binding[1] == method and path:find(binding[2]) then return binding[3] end
  end
  return nil
end

refuse = function(handle, status, text)
  handle:respond({[":status"] = status, ["content-type"] = "text/plain"}, text)
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local path = headers:get(":path"):match("^[^?]*")
  -- Local replies of later filters have words of their own; those before any filter have none.
  handle:streamInfo():dynamicMetadata():set("xorb.edge", "seen", true)
  if path == "/healthz" then
    handle:streamInfo():dynamicMetadata():set("xorb.edge", "healthz", true)
    return
  end
  -- A session's cookie is the security plane's business, and nobody else's: other planes never see one.
  if not path:find("^/v1/sessions:") and not path:find("^/xorb%.security%.v1%.") then headers:remove("cookie") end
  local content_type = headers:get("content-type") or ""
  if content_type:find("^application/grpc") then return end
  local maximum = handle:metadata():get("maximum_body")
  if maximum and tonumber(headers:get("content-length") or "0") > maximum then
    return refuse(handle, "413", "too large")
  end
  local message = body_message(headers:get(":method"), path)
  if not message then return end
  local body = handle:body()
  if not body or body:length() == 0 then return end
  local text = body:getBytes(0, body:length())
  local _, unknown = skip_value(text, text:match(SPACE, 1), message, "", 0)
  if unknown then
    refuse(handle, "400", 'The body has a member that the contract does not know: "' .. unknown:sub(2) .. '".')
  end
end

function envoy_on_response(handle)
  local content_type = handle:headers():get("content-type") or ""
  if content_type == "application/json" or content_type == "text/event-stream" then
    for _, name in ipairs({"grpc-status", "grpc-message", "grpc-accept-encoding", "grpc-status-details-bin"}) do
      handle:headers():remove(name)
    end
  end
  local own = handle:streamInfo():dynamicMetadata():get("xorb.edge")
  if not own or not own["healthz"] then return end
  local serving = handle:headers():get(":status") == "200"
  handle:headers():remove("x-envoy-upstream-healthchecked-cluster")
  handle:headers():replace("content-type", "application/json")
  handle:body(true):setBytes(serving and '{"status":"SERVING"}' or
    '{"code":14,"message":"A service behind the edge is not healthy.","details":[]}')
end
