-- Posts files in turn: wrk -s wrk.lua URL -- PREFIX COUNT, where files are PREFIX-00.json ...
local requests, at = {}, 0

function init(args)
  for number = 0, tonumber(args[2]) - 1 do
    local file = assert(io.open(string.format("%s-%02d.json", args[1], number), "rb"))
    requests[number + 1] = wrk.format("POST", nil, {["Content-Type"] = "application/json"}, file:read("*a"))
    file:close()
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format('\n{"requests": %d, "us": %d, "p50": %d, "p99": %d, "errors": %d}\n', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
