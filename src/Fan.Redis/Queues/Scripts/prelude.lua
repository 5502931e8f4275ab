-- What the scripts of queues share. KEYS[1] is what all keys of one service begin with, e.g. fan:{shop.wines}; the braces keep
-- them on one node of a cluster.
--
--   queues            group -> generation ttl remember most retention letters lease (milliseconds; -1 for none)
--   <group>:<gen>     what the keys of one queue begin with; below it:
--     :ready          stream of the messages that may be delivered; its group is "fan"
--     :m:<n>          hash: message n
--     :all            zset: n by n; every message that is not yet handled
--     :later          zset: n by the time at which it is due: not before, or retry
--     :times          zset: n by the time at which it expires, unless it is being handled
--     :key:<key>      list of the messages of a key, in order; the first one is being handled, or about to be
--     :ids            zset: ids of messages by the time until which they are remembered; without end while they are in the queue
--     :dead           stream of dead letters
--     :consumers      zset: consumers by the time at which they last said that they live
local base = KEYS[1]

local function milliseconds()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function parse(group, text)
  local gen, ttl, remember, most, retention, letters, lease = string.match(text, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+)$')
  return {
    q = base .. ':' .. group .. ':' .. gen,
    ttl = tonumber(ttl), remember = tonumber(remember), most = tonumber(most),
    retention = tonumber(retention), letters = letters, lease = tonumber(lease),
  }
end

local function find(group)
  local text = redis.call('HGET', base .. ':queues', group)
  return text and parse(group, text)
end

local function message(q, n) return q .. ':m:' .. n end

-- May be delivered from now on.
local function ready(q, n)
  redis.call('HSET', message(q, n), 'entry', redis.call('XADD', q .. ':ready', '*', 'n', n))
end

-- Takes its place behind those of its key.
local function enter(q, n)
  local key = redis.call('HGET', message(q, n), 'key')
  if not key or redis.call('RPUSH', q .. ':key:' .. key, n) == 1 then ready(q, n) end
end

-- Out of the stream; its time counts again.
local function takeback(q, n)
  local m = message(q, n)
  local found = redis.call('HMGET', m, 'entry', 'expires')
  if found[1] then
    redis.call('XACK', q .. ':ready', 'fan', found[1])
    redis.call('XDEL', q .. ':ready', found[1])
  end
  redis.call('HDEL', m, 'entry', 'owner')
  if found[2] then redis.call('ZADD', q .. ':times', found[2], n) end
end

-- Given back as if it had not been tried.
local function release(q, n)
  local began = redis.call('HEXISTS', message(q, n), 'owner') == 1
  takeback(q, n)
  if began then redis.call('HINCRBY', message(q, n), 'attempts', -1) end
  ready(q, n)
end

-- Out of everything; the next one of its key goes on.
local function forget(q, n)
  takeback(q, n)
  local m = message(q, n)
  local key = redis.call('HGET', m, 'key')
  redis.call('UNLINK', m)
  redis.call('ZREM', q .. ':all', n)
  redis.call('ZREM', q .. ':later', n)
  redis.call('ZREM', q .. ':times', n)
  if not key then return end
  local lane = q .. ':key:' .. key
  if redis.call('LINDEX', lane, 0) ~= n then
    redis.call('LREM', lane, 1, n)
    return
  end
  redis.call('LPOP', lane)
  local following = redis.call('LINDEX', lane, 0)
  if following then ready(q, following) end
end

local function die(queue, n, reason, detail, exception)
  local q = queue.q
  local fields = redis.call('HGETALL', message(q, n))
  local letter = { 'reason', reason }
  for i = 1, #fields, 2 do
    local name, value = fields[i], fields[i + 1]
    if name == 'id' then redis.call('ZREM', q .. ':ids', value) end
    if name == 'failure' then
      if detail == '' then detail = value end
    elseif name ~= 'entry' and name ~= 'owner' and name ~= 'expires' then
      letter[#letter + 1] = name
      letter[#letter + 1] = value
    end
  end
  if detail ~= '' then
    letter[#letter + 1] = 'detail'
    letter[#letter + 1] = detail
  end
  if exception ~= '' then
    letter[#letter + 1] = 'exception'
    letter[#letter + 1] = exception
  end
  redis.call('XADD', q .. ':dead', 'MAXLEN', '=', queue.letters, '*', unpack(letter))
  forget(q, n)
end

local function expire(queue, n)
  die(queue, n, 'expired', redis.call('HGET', message(queue.q, n), 'failure') or 'its time was over before an attempt could begin', '')
end

-- Whether the consumer has the message in hand.
local function owns(q, n, entry, consumer)
  if redis.call('HGET', message(q, n), 'entry') ~= entry then return false end
  local pending = redis.call('XPENDING', q .. ':ready', 'fan', entry, entry, 1)
  return pending[1] ~= nil and pending[1][2] == consumer
end

local function put(queue, time, ttl, delay, fields)
  local q = queue.q
  local n = string.format('%.0f', redis.call('INCR', base .. ':last'))
  if redis.call('EXISTS', message(q, n)) == 1 then
    -- The counter was lost: it goes on after what is there.
    redis.call('SET', base .. ':last', redis.call('ZRANGE', q .. ':all', -1, -1)[1] or n)
    n = string.format('%.0f', redis.call('INCR', base .. ':last'))
  end
  redis.call('HSET', message(q, n), unpack(fields))
  redis.call('HSET', message(q, n), 'sent', time, 'attempts', 0)
  if queue.ttl >= 0 and (ttl < 0 or queue.ttl < ttl) then ttl = queue.ttl end
  if ttl >= 0 then
    redis.call('HSET', message(q, n), 'expires', time + ttl)
    redis.call('ZADD', q .. ':times', time + ttl, n)
  end
  redis.call('ZADD', q .. ':all', n, n)
  if delay > 0 then redis.call('ZADD', q .. ':later', time + delay, n) else enter(q, n) end
end
