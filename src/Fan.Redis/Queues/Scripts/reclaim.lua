-- group, consumer; how many messages of consumers that are silent for longer than the lease went back, -1 where there is no queue.
local queue = find(ARGV[1])
if not queue then return -1 end
local q = queue.q
local stream = q .. ':ready'
-- The group itself hears nothing of one that waits.
local time = milliseconds()
redis.call('ZADD', q .. ':consumers', time, ARGV[2])
redis.call('ZREMRANGEBYSCORE', q .. ':consumers', '-inf', time - queue.lease * 2 - 60000)
local claimed = redis.call('XAUTOCLAIM', stream, 'fan', ARGV[2], queue.lease, '0-0', 'COUNT', 100, 'JUSTID')[2]
for _, entry in ipairs(claimed) do
  local found = redis.call('XRANGE', stream, entry, entry)[1]
  local n = found and found[2][2]
  if n and redis.pcall('HGET', message(q, n), 'entry') == entry then
    if redis.call('HEXISTS', message(q, n), 'owner') == 1 then
      redis.call('HSET', message(q, n), 'failure', 'its consumer ended before it did')
    end
    takeback(q, n)
    ready(q, n)
  else
    redis.call('XACK', stream, 'fan', entry)
    redis.call('XDEL', stream, entry)
  end
end
-- Of those that are gone for good.
for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', stream, 'fan')) do
  local name, pending, idle
  for i = 1, #info, 2 do
    if info[i] == 'name' then name = info[i + 1] elseif info[i] == 'pending' then pending = info[i + 1] elseif info[i] == 'idle' then idle = info[i + 1] end
  end
  if name ~= ARGV[2] and pending == 0 and idle > queue.lease * 2 + 60000 then redis.call('XGROUP', 'DELCONSUMER', stream, 'fan', name) end
end
return #claimed
