-- id, delay, ttl or -1, then the fields of the message; "ok", "none", or "full" with the group and its bound.
local id, delay, ttl = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local queues = redis.call('HGETALL', base .. ':queues')
if #queues == 0 then return { 'none' } end
for i = 1, #queues, 2 do
  local queue = parse(queues[i], queues[i + 1])
  if redis.call('ZCARD', queue.q .. ':all') >= queue.most then return { 'full', queues[i], queue.most } end
end
-- First what a server without memory refuses, so that it does nothing at all.
redis.call('INCR', base .. ':last')
local time = milliseconds()
for i = 1, #queues, 2 do
  local queue = parse(queues[i], queues[i + 1])
  local ids = queue.q .. ':ids'
  local isnew = true
  if queue.remember >= 0 then
    redis.call('ZREMRANGEBYSCORE', ids, '-inf', time)
    isnew = redis.call('ZADD', ids, 'NX', 'inf', id) == 1
  end
  if isnew then put(queue, time, ttl, delay, { unpack(ARGV, 4) }) end
end
return { 'ok' }
