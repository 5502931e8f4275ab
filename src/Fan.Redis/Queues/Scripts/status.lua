-- group; ready, in hand, all, dead, consumers, age of the oldest or -1; nothing where there is no queue.
local queue = find(ARGV[1])
if not queue then return false end
local q = queue.q
local consumers = 0
for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', q .. ':ready', 'fan')) do
  for i = 1, #info, 2 do
    if info[i] == 'idle' and info[i + 1] < queue.lease + 10000 then consumers = consumers + 1 end
  end
end
local age = -1
local oldest = redis.call('ZRANGE', q .. ':all', 0, 0)[1]
if oldest then age = milliseconds() - redis.call('HGET', message(q, oldest), 'sent') end
return {
  redis.call('XLEN', q .. ':ready'), redis.call('XPENDING', q .. ':ready', 'fan')[1], redis.call('ZCARD', q .. ':all'),
  redis.call('XLEN', q .. ':dead'), consumers, age,
}
