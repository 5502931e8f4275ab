-- group, policy without its generation, "1" where it was declared before and is only made again if it got lost, the generation that it had then or ''; what its keys begin with.
local group, policy, again, before = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local known = redis.call('HGET', base .. ':queues', group)
-- What was to be delivered from a stream that is gone is to be delivered from the one that is there: ours, or one that whoever pushed meanwhile has made.
local function whole(q)
  local stream = q .. ':ready'
  -- It is there where the stream is the queue's own.
  local made = redis.pcall('XGROUP', 'CREATE', stream, 'fan', '0', 'MKSTREAM')
  if made.err then return end
  local lost = {}
  for _, n in ipairs(redis.call('ZRANGE', q .. ':all', 0, -1)) do
    local found = redis.call('HMGET', message(q, n), 'entry', 'expires')
    if found[1] then
      local there = redis.call('XRANGE', stream, found[1], found[1])[1]
      -- Entries are numbered by the time, and anew in each stream: one of that number may be another message's.
      if not (there and there[2][1] == 'n' and there[2][2] == n) then
        redis.call('HDEL', message(q, n), 'entry', 'owner')
        if found[2] then redis.call('ZADD', q .. ':times', found[2], n) end
        lost[#lost + 1] = n
      end
    end
  end
  for _, n in ipairs(lost) do ready(q, n) end
end
-- Whether a queue whose record is gone has something left of its own.
local function has(gen)
  local q = base .. ':' .. group .. ':' .. gen
  return gen ~= '' and redis.call('EXISTS', q .. ':all', q .. ':ready', q .. ':dead', q .. ':ids') > 0
end
if again == '1' then
  if known then
    local q = parse(group, known).q
    whole(q)
    return q
  end
  if redis.call('SISMEMBER', base .. ':deleted', group) == 1 then return false end
end
local gen = known and string.match(known, '^(%S+)')
if not gen and before and has(before) then gen = before end
-- One that had the number before, when the counter was lost, keeps what it has.
while not gen or (not known and gen ~= before and has(gen)) do gen = string.format('%.0f', redis.call('INCR', base .. ':last')) end
redis.call('HSET', base .. ':queues', group, gen .. ' ' .. policy)
redis.call('SREM', base .. ':deleted', group)
local q = find(group).q
whole(q)
return q
