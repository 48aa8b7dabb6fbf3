-- Tokens of one name with their lock. One key, so one slot of a cluster.
-- Fields: `data`: the tokens; `issued`: number of the last lock; `holder` and `until`: number and
-- expiry of the held lock; `saved`: number of the lock under which `data` was written.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local key, what, lock, argument = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]

-- A value of another type is replaced, and a field that is not a number counts as zero.
local kind = redis.call('TYPE', key).ok
if kind ~= 'hash' and kind ~= 'none' then redis.call('DEL', key) end
local function number(field)
  local value = tonumber(redis.call('HGET', key, field))
  return value and value >= 0 and value <= 2 ^ 52 and math.floor(value) or 0
end

local expires = number('until')
if what == 'lock' or what == 'extend' then
  -- Limits the lifetime of a lock when the clock of the server was set back.
  local latest = now + argument
  if expires > latest then
    expires = latest
    redis.call('HSET', key, 'until', expires)
  end
end
local held = expires > now and number('holder') or 0

local response = 1
if what == 'lock' then
  if held > 0 then return 0 end
  response = math.max(number('issued'), number('saved')) + 1
  redis.call('HSET', key, 'issued', response, 'holder', response, 'until', now + argument)
elseif what == 'extend' then
  if held ~= lock then return 0 end
  redis.call('HSET', key, 'until', now + argument)
elseif what == 'unlock' then
  if held == lock then redis.call('HSET', key, 'until', 0) end
  return 1
else
  -- A process that has lost its lock must not overwrite newer tokens.
  if lock == 0 then lock = number('issued') end
  if lock < number('saved') then return 0 end
  redis.call('HSET', key, 'saved', lock, 'data', argument)
end
-- Tokens that were not used for 30 days can no longer be refreshed.
redis.call('PEXPIRE', key, 30 * 24 * 3600 * 1000)
return response
