-- Books slots of one bucket, and corrects it. All times are microseconds, by the clock of Redis.
-- The arithmetic is that of the buckets in memory (frameio-tower, rate_limit/gcra.rs, pauses.rs).
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local at = 0
local function arg()
  at = at + 1
  return tonumber(ARGV[at])
end

local own_calls, own_window, figures = arg(), arg(), arg()
local lost, full, told = arg(), arg(), arg()
local refused_ago, retry_after, passed = arg(), arg(), arg()
local own_epoch, returns, extra = arg(), arg(), arg()

-- The level is the time at which the bucket will have run empty.
local level, calls, window, epoch, pause, begun, row
local stored = redis.call('GET', KEYS[1])
if stored then
  level, calls, window, epoch, pause, begun, row = unpack(cmsgpack.unpack(stored))
else
  -- Of a bucket that Redis has lost, who asks knows at least this.
  level, calls, window, epoch, pause, begun, row =
    now + lost, own_calls, own_window, own_epoch, 0, 0, 0
end
local function interval_of(c, w) return math.max(1, math.ceil(w / c)) end
local interval = interval_of(calls, window)
-- 0: as documented, which gives way to what others were told; 1: told by an answer; 2: by hand.
if figures > 0 and (calls ~= own_calls or window ~= own_window) then
  local used = math.max(0, math.floor((level - now) / interval))
  -- No more than a full bucket: what is beyond was booked, and not used yet.
  used = math.min(used, calls, own_calls)
  calls, window = own_calls, own_window
  interval = interval_of(calls, window)
  -- What was booked at the old pace does not count any more: all book again.
  level, epoch = now + used * interval, epoch + 1
end
-- One slot stays free, where there is more than one.
local tolerance = interval * (math.max(1, calls - 1) - 1)

for _ = 1, returns do
  -- Once a slot has leaked away, there is nothing left of it to give back.
  local slot = arg()
  if own_epoch == epoch and now < slot then level = level - interval end
end
if full >= 0 then level = math.max(level, now + tolerance + full) end
-- A difference of less than a call is rounding.
if told >= 0 and now + told - level >= interval then level = now + told end
if passed == epoch then row = 0 end
if refused_ago >= 0 then
  -- Calls that were on their way when the pause began are refused for the same reason.
  local begins = row == 0 or now - refused_ago > begun
  local wait = -1
  if begins then
    begun, row = now, row + 1
    wait = math.min(1000000 * 2 ^ math.min(row - 1, 6), 60000000)
  end
  if retry_after >= 0 then wait = math.min(retry_after, 60000000) end
  if wait >= 0 and (begins or now + wait > pause) then
    pause = math.max(pause, now + wait)
    -- What was booked does not count any more: all book again, behind the pause.
    level = math.max(pause + tolerance, math.min(level, now + calls * interval))
    epoch = epoch + 1
  end
end

local slots = {}
local function book(longest)
  local from = math.max(level, now)
  local turn = math.max(from - tolerance, now, pause)
  if longest >= 0 and turn - now > longest then return false, turn - now end
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

local life = math.ceil((math.max(level, pause, now) - now) / 1000) + 60000
redis.call('SET', KEYS[1],
  cmsgpack.pack({ level, calls, window, epoch, pause, begun, row }), 'PX', life)
local answer = { epoch, interval, tolerance, math.max(level - now, 0), calls, window, row,
  math.max(pause - now, 0) }
for _, value in ipairs(slots) do answer[#answer + 1] = value end
return answer
