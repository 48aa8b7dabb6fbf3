-- Books slots of one bucket, and corrects it. All times are microseconds.
-- The arithmetic is that of the buckets in memory (frameio-tower, rate_limit/gcra.rs, learn.rs).
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local at = 0
local function arg()
  at = at + 1
  return tonumber(ARGV[at])
end

local own_calls, own_window, origin = arg(), arg(), arg()
local lost, full, reported = arg(), arg(), arg()
local throttled_ago, retry_after, succeeded = arg(), arg(), arg()
local own_epoch, returns, extra = arg(), arg(), arg()

-- Maximum pause, and maximum of the level beyond a full bucket: the larger of a time and a number of
-- slots. They limit how long a wrong value can block a bucket. schedule.rs has the same limit.
local MAX_PAUSE = 60000000
local MAX_AHEAD, MAX_AHEAD_SLOTS = 900000000, 256

-- Returns the fields of the stored bucket, or nil if there is no bucket under the key.
local function load()
  -- A key of another type is an error.
  local stored = redis.pcall('GET', KEYS[1])
  if type(stored) ~= 'string' then return nil end
  local readable, fields = pcall(cmsgpack.unpack, stored)
  if not readable or type(fields) ~= 'table' or #fields ~= 9 then return nil end
  for _, value in ipairs(fields) do
    local number = type(value) == 'number' and value == math.floor(value)
    if not number or value < 0 or value > 2 ^ 52 then return nil end
  end
  local calls, window = fields[2], fields[3]
  if calls < 1 or calls >= 2 ^ 32 or window < 1 then return nil end
  return fields
end

-- The level is the time at which the bucket will have run empty.
local level, calls, window, epoch, pause, begun, row, last, offset
local fields = load()
if fields then
  level, calls, window, epoch, pause, begun, row, last, offset = unpack(fields)
  -- The clock of the server can be set back, and a replica with a slower clock can take over. The
  -- clock of a bucket continues from its last time.
  offset = math.max(offset, last - now)
  now = now + offset
else
  -- The bucket is new or was lost. The caller may remember its level.
  level, calls, window, epoch, pause, begun, row, offset =
    now + lost, own_calls, own_window, own_epoch, 0, 0, 0, 0
end
local function interval_of(c, w) return math.max(1, math.ceil(w / c)) end
local interval = interval_of(calls, window)
pause, begun = math.min(pause, now + MAX_PAUSE), math.min(begun, now)
level = math.min(level, math.max(pause, now) + calls * interval
  + math.max(MAX_AHEAD, MAX_AHEAD_SLOTS * interval))
-- 0: documented, which never replaces a reported quota; 1: reported by a response; 2: set by the user.
if origin > 0 and (calls ~= own_calls or window ~= own_window) then
  local used = math.max(0, math.floor((level - now) / interval))
  -- At most a full bucket: slots beyond were booked and not used yet.
  used = math.min(used, calls, own_calls)
  calls, window = own_calls, own_window
  interval = interval_of(calls, window)
  -- Slots booked at the old pace become invalid and are booked again.
  level, epoch = now + used * interval, epoch + 1
end
-- One slot stays free, unless it is the only one.
local tolerance = interval * (math.max(1, calls - 1) - 1)

for _ = 1, returns do
  -- A slot that has leaked away cannot be returned.
  local slot = arg()
  if own_epoch == epoch and now < slot then level = level - interval end
end
if full >= 0 then level = math.max(level, now + tolerance + full) end
-- A difference of less than a call is rounding.
if reported >= 0 and now + reported - level >= interval then level = now + reported end
if succeeded == epoch then row = 0 end
if throttled_ago >= 0 then
  -- Calls in progress when the pause began get a 429 for the same reason.
  local begins = row == 0 or now - throttled_ago > begun
  local wait = -1
  if begins then
    begun, row = now, row + 1
    wait = math.min(1000000 * 2 ^ math.min(row - 1, 6), MAX_PAUSE)
  end
  if retry_after >= 0 then wait = math.min(retry_after, MAX_PAUSE) end
  if wait >= 0 and (begins or now + wait > pause) then
    pause = math.max(pause, now + wait)
    -- Booked slots become invalid and are booked again after the pause.
    level = math.max(pause + tolerance, math.min(level, now + calls * interval))
    epoch = epoch + 1
  end
end

local slots = {}
local function book(max_wait)
  local from = math.max(level, now)
  local turn = math.max(from - tolerance, now, pause)
  if max_wait >= 0 and turn - now > max_wait then return false, turn - now end
  level = from + interval
  return true, turn - now
end
for i = at + 1, #ARGV do
  local booked, wait = book(tonumber(ARGV[i]))
  slots[#slots + 1] = wait
  slots[#slots + 1] = booked and level or 0
end
for _ = 1, extra do
  if not book(0) then break end
  slots[#slots + 1] = 0
  slots[#slots + 1] = level
end

-- A value of another type is replaced.
local life = math.ceil((math.max(level, pause, now) - now) / 1000) + 60000
redis.call('SET', KEYS[1],
  cmsgpack.pack({ level, calls, window, epoch, pause, begun, row, now, offset }), 'PX', life)
local response = { epoch, interval, tolerance, math.max(level - now, 0), calls, window, row,
  math.max(pause - now, 0) }
for _, value in ipairs(slots) do response[#response + 1] = value end
return response
