-- group, where to begin, where to end ('' for the last one of now), "1" for all, then ids; how many were put back, where to go on ('' where it is done), where to end.
local queue = find(ARGV[1])
if not queue then return { 0, '', '' } end
local dead = queue.q .. ':dead'
local start, stop, all = ARGV[2], ARGV[3], ARGV[4] == '1'
if stop == '' then
  local last = redis.call('XREVRANGE', dead, '+', '-', 'COUNT', 1)[1]
  if not last then return { 0, '', '' } end
  stop = last[1]
end
local wanted = {}
for i = 5, #ARGV do wanted[ARGV[i]] = true end
local time = milliseconds()
local moved = 0
local letters = redis.call('XRANGE', dead, start, stop, 'COUNT', 100)
for _, letter in ipairs(letters) do
  local fields, id = {}, nil
  for i = 1, #letter[2], 2 do
    local name, value = letter[2][i], letter[2][i + 1]
    if name == 'id' then id = value end
    if name ~= 'reason' and name ~= 'detail' and name ~= 'exception' and name ~= 'sent' and name ~= 'attempts' then
      fields[#fields + 1] = name
      fields[#fields + 1] = value
    end
  end
  if all or wanted[id] then
    if redis.call('ZCARD', queue.q .. ':all') >= queue.most then return { moved, '', stop } end
    if queue.remember < 0 or redis.call('ZADD', queue.q .. ':ids', 'NX', 'inf', id) == 1 then put(queue, time, -1, 0, fields) end
    redis.call('XDEL', dead, letter[1])
    moved = moved + 1
  end
end
return { moved, #letters == 100 and '(' .. letters[100][1] or '', stop }
