-- group, policy without its generation, "1" where it was declared before and is only made again if it got lost; what its keys begin with.
local group, policy, again = ARGV[1], ARGV[2], ARGV[3]
local known = redis.call('HGET', base .. ':queues', group)
-- What was to be delivered from a stream that is gone is to be delivered from the next one.
local function whole(q)
  local isnew = redis.call('EXISTS', q .. ':ready') == 0
  -- It is there where the queue is.
  redis.pcall('XGROUP', 'CREATE', q .. ':ready', 'fan', '0', 'MKSTREAM')
  if not isnew then return end
  local lost = {}
  for _, n in ipairs(redis.call('ZRANGE', q .. ':all', 0, -1)) do
    if redis.call('HEXISTS', message(q, n), 'entry') == 1 then
      takeback(q, n)
      lost[#lost + 1] = n
    end
  end
  -- Entries are numbered by the time, and anew in each stream: one that is taken back later could be one that was just made.
  for _, n in ipairs(lost) do ready(q, n) end
end
if again == '1' then
  if known then
    local q = parse(group, known).q
    whole(q)
    return q
  end
  if redis.call('SISMEMBER', base .. ':deleted', group) == 1 then return false end
end
local gen = known and string.match(known, '^(%S+)') or string.format('%.0f', redis.call('INCR', base .. ':last'))
redis.call('HSET', base .. ':queues', group, gen .. ' ' .. policy)
redis.call('SREM', base .. ':deleted', group)
local q = find(group).q
whole(q)
return q
