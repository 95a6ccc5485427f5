-- Reports as wrk sends them: places.txt holds a line a place (token, first person),
-- batch.txt how many reports a request holds, and the days that are open.
local threads = 0
function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

function init(args)
  folder, per, path = args[1], tonumber(args[2]), args[3]
  places, days = {}, {}
  for line in io.lines(folder .. "/places.txt") do
    local token, first = line:match("(%S+) (%S+)")
    places[#places + 1] = {token, tonumber(first)}
  end
  for line in io.lines(folder .. "/days.txt") do days[#days + 1] = line end
  n = 0
  math.randomseed(os.time() * 100 + id)
end

local function uid()
  return string.format("%08x-%04x-4%03x-a%03x-%012x", math.random(0, 0x7fffffff),
    math.random(0, 0xffff), math.random(0, 0xfff), math.random(0, 0xfff),
    math.random(0, 0x7fffffff))
end

function request()
  local k = n * 2 + id
  n = n + 1
  local place = places[k % #places + 1]
  local turn = math.floor(k / #places)
  local day = days[turn % #days + 1]
  local shift = per < 100 and math.floor(turn / #days) * per or 0
  local seq = string.format("%d", os.time() * 1000 + n % 1000)
  local parts = {}
  for i = 0, per - 1 do
    parts[#parts + 1] = string.format(
      '{"uid":"%s","seq":%s,"day":"%s","person_id":%d}', uid(), seq, day,
      place[2] + (shift + i) % 100)
  end
  local headers = {["Content-Type"] = "application/json", ["X-Purpose"] = "screening",
    ["Authorization"] = "Bearer " .. place[1]}
  return wrk.format("POST", path, headers, '{"reports":[' .. table.concat(parts, ",") .. "]}")
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %f %d %f\n", summary.requests, summary.duration / 1e6,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(99) / 1000))
end
