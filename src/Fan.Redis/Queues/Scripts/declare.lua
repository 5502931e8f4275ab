-- group, policy without its generation, "1" where it was declared before and is only made again if it got lost; what its keys begin with.
local group, policy, again = ARGV[1], ARGV[2], ARGV[3]
local known = redis.call('HGET', base .. ':queues', group)
if again == '1' then
  if known then return parse(group, known).q end
  if redis.call('SISMEMBER', base .. ':deleted', group) == 1 then return false end
end
local gen = known and string.match(known, '^(%S+)') or string.format('%.0f', redis.call('INCR', base .. ':last'))
redis.call('HSET', base .. ':queues', group, gen .. ' ' .. policy)
redis.call('SREM', base .. ':deleted', group)
local q = find(group).q
-- It is there where the queue is.
redis.pcall('XGROUP', 'CREATE', q .. ':ready', 'fan', '0', 'MKSTREAM')
return q
