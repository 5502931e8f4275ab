-- group; ready, in hand, all, dead, consumers, age of the oldest or -1; nothing where there is no queue.
local queue = find(ARGV[1])
if not queue then return false end
local q = queue.q
local consumers = redis.call('ZCOUNT', q .. ':consumers', milliseconds() - queue.lease - 10000, '+inf')
-- Those of programs that do not say that they live are known by what they do.
local infos = redis.pcall('XINFO', 'CONSUMERS', q .. ':ready', 'fan')
if infos.err then return { 0, 0, redis.call('ZCARD', q .. ':all'), redis.call('XLEN', q .. ':dead'), consumers, -1 } end
for _, info in ipairs(infos) do
  local name, idle
  for i = 1, #info, 2 do
    if info[i] == 'name' then name = info[i + 1] elseif info[i] == 'idle' then idle = info[i + 1] end
  end
  if idle < queue.lease + 10000 and not redis.call('ZSCORE', q .. ':consumers', name) then consumers = consumers + 1 end
end
local age = -1
local oldest = redis.call('ZRANGE', q .. ':all', 0, 0)[1]
if oldest then age = milliseconds() - redis.call('HGET', message(q, oldest), 'sent') end
return {
  redis.call('XLEN', q .. ':ready'), redis.call('XPENDING', q .. ':ready', 'fan')[1], redis.call('ZCARD', q .. ':all'),
  redis.call('XLEN', q .. ':dead'), consumers, age,
}
