-- group, consumer, entry, n, outcome, delay, reason, detail, exception; 0 where the consumer does not have the message any more.
local group, consumer, entry, n, outcome = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local queue = find(group)
if not queue or not owns(queue.q, n, entry, consumer) then return 0 end
local q = queue.q
local m = message(q, n)
if outcome == 'done' then
  local id = redis.call('HGET', m, 'id')
  if queue.remember >= 0 then
    redis.call('ZADD', q .. ':ids', milliseconds() + queue.remember, id)
  else
    redis.call('ZREM', q .. ':ids', id)
  end
  forget(q, n)
elseif outcome == 'dead' then
  die(queue, n, ARGV[7], ARGV[8], ARGV[9])
elseif outcome == 'retry' then
  takeback(q, n)
  if ARGV[8] ~= '' then redis.call('HSET', m, 'failure', ARGV[8]) end
  local delay = tonumber(ARGV[6])
  if delay > 0 then redis.call('ZADD', q .. ':later', milliseconds() + delay, n) else ready(q, n) end
else
  release(q, n)
end
return 1
