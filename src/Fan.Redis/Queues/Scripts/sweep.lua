-- group; the milliseconds until something is due, -1 where nothing will be, 0 where there is more to do at once.
local queue = find(ARGV[1])
local limit = 200
local isfull = false
-- What is left of queues that were deleted.
local gone = redis.call('LINDEX', base .. ':gone', 0)
if gone then
  local left = redis.call('ZPOPMIN', gone .. ':all', limit)
  for i = 1, #left, 2 do
    local m = message(gone, left[i])
    local key = redis.call('HGET', m, 'key')
    redis.call('UNLINK', m)
    if key then redis.call('UNLINK', gone .. ':key:' .. key) end
  end
  if #left == 0 then redis.call('LREM', base .. ':gone', 1, gone) end
  isfull = true
end
if not queue then return isfull and 0 or -1 end
local q = queue.q
local time = milliseconds()
local expired = redis.call('ZRANGEBYSCORE', q .. ':times', '-inf', time, 'LIMIT', 0, limit)
-- One that can't be buried keeps no other from its time.
local failed = 0
for _, n in ipairs(expired) do
  if not pcall(expire, queue, n) then failed = failed + 1 end
end
local due = redis.call('ZRANGEBYSCORE', q .. ':later', '-inf', time, 'LIMIT', 0, limit)
for _, n in ipairs(due) do
  redis.call('ZREM', q .. ':later', n)
  -- One that waited for its retry leads its key already.
  local key = redis.call('HGET', message(q, n), 'key')
  if key and redis.call('LINDEX', q .. ':key:' .. key, 0) == n then ready(q, n) else enter(q, n) end
end
redis.call('ZREMRANGEBYSCORE', q .. ':ids', '-inf', time)
redis.call('XTRIM', q .. ':dead', 'MINID', '=', string.format('%.0f', time - queue.retention))
if isfull or (#expired == limit and failed == 0) or #due == limit then return 0 end
local following = -1
for _, name in ipairs({ ':later', ':times' }) do
  local first = redis.call('ZRANGE', q .. name, 0, 0, 'WITHSCORES')[2]
  if first then
    local left = math.max(failed > 0 and 1000 or 1, tonumber(first) - time)
    if following < 0 or left < following then following = left end
  end
end
return following
