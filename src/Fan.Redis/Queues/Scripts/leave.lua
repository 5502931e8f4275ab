-- group, consumer; how many messages it gave back. Called until there are none; then the consumer is gone.
local queue = find(ARGV[1])
if not queue then return 0 end
local q = queue.q
local stream = q .. ':ready'
local pending = redis.call('XPENDING', stream, 'fan', '-', '+', 500, ARGV[2])
for _, held in ipairs(pending) do
  local entry = held[1]
  local found = redis.call('XRANGE', stream, entry, entry)[1]
  local n = found and found[2][2]
  if n and redis.pcall('HGET', message(q, n), 'entry') == entry then
    release(q, n)
  else
    redis.call('XACK', stream, 'fan', entry)
    redis.call('XDEL', stream, entry)
  end
end
redis.call('ZREM', q .. ':consumers', ARGV[2])
if #pending == 0 then redis.call('XGROUP', 'DELCONSUMER', stream, 'fan', ARGV[2]) end
return #pending
