-- group, the last one seen, the last one to look at ('' for that of now); how many were deleted, the last one looked at (-1 where there are no more), the last one to look at.
local queue = find(ARGV[1])
if not queue then return { 0, '-1', '0' } end
local q = queue.q
local stop = ARGV[3] ~= '' and ARGV[3] or redis.call('GET', base .. ':last') or '0'
local numbers = redis.call('ZRANGEBYSCORE', q .. ':all', '(' .. ARGV[2], stop, 'LIMIT', 0, 500)
local count = 0
for _, n in ipairs(numbers) do
  if redis.call('HEXISTS', message(q, n), 'owner') == 0 then
    redis.call('ZREM', q .. ':ids', redis.call('HGET', message(q, n), 'id'))
    forget(q, n)
    count = count + 1
  end
end
return { count, numbers[#numbers] or '-1', stop }
