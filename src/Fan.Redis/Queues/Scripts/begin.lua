-- group, consumer, entry, n; the time and the fields of the message, its attempt counted; nothing where the consumer does not have it any more.
local group, consumer, entry, n = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local queue = find(group)
if not queue then return false end
local q = queue.q
local m = message(q, n)
-- What somebody else put into the stream, or what the message has left, is nobody's.
local known = redis.pcall('HGET', m, 'entry')
if known ~= entry then
  redis.call('XACK', q .. ':ready', 'fan', entry)
  redis.call('XDEL', q .. ':ready', entry)
  return false
end
if not owns(q, n, entry, consumer) then return false end
local time = milliseconds()
local expires = redis.call('HGET', m, 'expires')
if expires and tonumber(expires) <= time then
  expire(queue, n)
  return false
end
-- First what a server without memory still does, so that it does the rest too.
redis.call('ZREM', q .. ':times', n)
redis.call('HINCRBY', m, 'attempts', 1)
redis.call('HSET', m, 'owner', consumer)
redis.call('XCLAIM', q .. ':ready', 'fan', consumer, 0, entry, 'JUSTID')
return { time, redis.call('HGETALL', m) }
