-- For wrk: sends the requests of a file, one after another, each once; counts answers by status, and says how long
-- those took that were accepted. The file (environment variable REQUESTS) holds one line for each: METHOD PATH BODY.
-- Times are right where each thread has one connection (then a request is followed by its own answer); with more they
-- are left out by the caller.
local ffi = require("ffi")
ffi.cdef [[ typedef struct { long s; long us; } footnote_time; int gettimeofday(footnote_time *t, void *zone); ]]
local clock = ffi.new("footnote_time")
local function now()
  ffi.C.gettimeofday(clock, nil)
  return tonumber(clock.s) * 1000 + tonumber(clock.us) / 1000
end

local threads = {}
function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

local lines, place, sent = {}, 0, 0
function init(arguments)
  for line in io.lines(os.getenv("REQUESTS")) do
    local method, path, body = line:match("^(%S+) (%S+) ?(.*)$")
    local headers = body ~= "" and { ["Content-Type"] = "application/json" } or {}
    table.insert(lines, wrk.format(method, path, headers, body ~= "" and body or nil))
  end
  place = number * 977 + tonumber(os.getenv("FIRST") or "0")
  counts, took, retry = "", "", 0
end

local seen, timed = {}, os.getenv("TIMES")
if os.getenv("PAUSE") then
  local pause = tonumber(os.getenv("PAUSE"))
  function delay() return pause end
end

function request()
  place = place % #lines + 1
  sent = now()
  return lines[place]
end

function response(status, headers, body)
  seen[status] = (seen[status] or 0) + 1
  if timed and status == 200 then took = took .. string.format("%.1f ", now() - sent) end
  if headers["retry-after"] or headers["Retry-After"] then retry = retry + 1 end
  counts = ""
  for code, number_of in pairs(seen) do counts = counts .. code .. " " .. number_of .. " " end
end

function done(summary, latency, requests)
  local out = { "seconds " .. summary.duration / 1e6, "answers " .. summary.requests }
  for _, name in ipairs({ "connect", "read", "write", "timeout" }) do
    table.insert(out, "error_" .. name .. " " .. summary.errors[name])
  end
  for _, share in ipairs({ 50, 99 }) do
    table.insert(out, "p" .. share .. "_ms " .. latency:percentile(share) / 1000)
  end
  for _, thread in ipairs(threads) do
    table.insert(out, "statuses " .. thread:get("counts"))
    table.insert(out, "retry_after " .. thread:get("retry"))
    table.insert(out, "times " .. thread:get("took"))
  end
  io.write("RESULT\n" .. table.concat(out, "\n") .. "\n")
end
