-- group, the last one seen, how many; the time, the last one looked at (-1 where there are no more), and the fields of those that nobody handles.
local queue = find(ARGV[1])
local time = milliseconds()
if not queue then return { time, '-1', {} } end
local numbers = redis.call('ZRANGEBYSCORE', queue.q .. ':all', '(' .. ARGV[2], '+inf', 'LIMIT', 0, ARGV[3])
local found = {}
for _, n in ipairs(numbers) do
  if redis.call('HEXISTS', message(queue.q, n), 'owner') == 0 then found[#found + 1] = redis.call('HGETALL', message(queue.q, n)) end
end
return { time, numbers[#numbers] or '-1', found }
