-- Refuses by itself what gateway/ratelimit has just refused, for as long as that says that the bucket stays empty: so
-- whoever goes on far above a limit costs no call to anybody. Its twin in the service is gateway/ratelimit/refusals.py.
--
-- stack/edge_limits.py says in the metadata of each route which limits it has: `class`, and for each subject that is
-- counted the claim of the verified token that names it, or `true` for the address of the connection. Nothing of that is the
-- caller's to choose. The service says in its answer which subject is to blame, and for how long.
--
-- What is remembered is this worker's own, and bounded: two generations of buckets, of which the older is forgotten.
-- Times are milliseconds.

local MOST = 5000
-- Together a second: how long an override may take to act.
local LONGEST = 900
local PATIENCE = 100
local SUBJECTS = {"address", "organization", "user"}
local recent, older, kept, since, latest = {}, {}, 0, 0, 0

local function now(handle)
  return handle:timestamp(EnvoyTimestampResolution.MILLISECOND)
end

-- Returns the claims of the verified token, nothing where there is none.
local function claims_of(handle)
  local verified = handle:streamInfo():dynamicMetadata():get("envoy.filters.http.jwt_authn")
  return verified and verified["claims"] or {}
end

-- Returns the bucket of a subject, nil where the caller has none.
local function bucket(handle, class, subject, named, claims)
  if not named then return nil end
  local name = claims[named]
  if named == true then name = handle:streamInfo():downstreamRemoteAddress():match("^(.*):%d+$") end
  if type(name) ~= "string" or name == "" then return nil end
  return class .. ":" .. subject .. ":" .. name
end

local function known(name, time)
  local found = recent[name] or older[name]
  -- A clock that was set back proves nothing.
  if not found or time < found.at then return nil end
  if time < found.certain then return found end
  -- One asks whether there is room again; who comes while it asks would find what it left, which is nothing: no more
  -- than the quarter of a request has come in since.
  if time >= found.asked then return nil end
  if not found.asking then
    found.asking = true
    return nil
  end
  return found
end

local function remember(name, found)
  if kept >= MOST or found.at - since >= LONGEST + PATIENCE or found.at < since then
    older, recent, kept, since = recent, {}, 0, found.at
  end
  if not recent[name] then kept = kept + 1 end
  latest = math.max(latest, found.asked)
  recent[name] = found
end

local function seconds(milliseconds)
  return string.format("%d", math.max(0, math.ceil(milliseconds / 1000)))
end

function envoy_on_request(handle)
  local time = now(handle)
  -- Most of the time nobody is refused.
  if time >= latest then return end
  local limits = handle:metadata()
  local class = limits:get("class")
  if not class then return end
  local claims = claims_of(handle)
  for _, subject in ipairs(SUBJECTS) do
    local name = bucket(handle, class, subject, limits:get(subject), claims)
    local found = name and known(name, time)
    if found then
      handle:respond({
        [":status"] = "429",
        ["ratelimit-limit"] = found.limit,
        ["ratelimit-remaining"] = "0",
        ["ratelimit-reset"] = seconds(found.full - time),
        ["retry-after"] = seconds(math.max(1, found.again - time)),
      }, "")
      return
    end
  end
end

function envoy_on_response(handle)
  local told = handle:streamInfo():dynamicMetadata():get("envoy.filters.http.ratelimit")
  if not told or not told["empty"] then return end
  local limits, subject = handle:metadata(), told["empty"]
  local name = bucket(handle, limits:get("class"), subject, limits:get(subject), claims_of(handle))
  if not name then return end
  local time = now(handle)
  local certain = math.min(told["certain"], LONGEST)
  remember(name, {
    at = time,
    certain = time + certain,
    asked = time + certain + math.min(certain / 4, PATIENCE),
    again = time + told["again"],
    full = time + told["full"],
    limit = told["limit"],
  })
end
