-- The tokens of one name: what is kept, and who may change it. One key, so one slot of a cluster.
-- Fields: `data` what is kept; `issued` the number of the last lock; `holder` and `until` the lock
-- that is held; `saved` the number of the lock under which `data` was written.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local key, what, lock, argument = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]
local function number(field) return tonumber(redis.call('HGET', key, field) or 0) end
local held = number('until') > now and number('holder') or 0

local answer = 1
if what == 'lock' then
  if held > 0 then return 0 end
  answer = redis.call('HINCRBY', key, 'issued', 1)
  redis.call('HSET', key, 'holder', answer, 'until', now + argument)
elseif what == 'extend' then
  if held ~= lock then return 0 end
  redis.call('HSET', key, 'until', now + argument)
elseif what == 'unlock' then
  if held == lock then redis.call('HSET', key, 'until', 0) end
  return 1
else
  -- Who has lost its lock must not write over what a later one has written.
  if lock == 0 then lock = number('issued') end
  if lock < number('saved') then return 0 end
  redis.call('HSET', key, 'saved', lock, 'data', argument)
end
-- What nobody has touched for so long cannot be refreshed any more.
redis.call('PEXPIRE', key, 30 * 24 * 3600 * 1000)
return answer
