-- group, consumer, then entries; those that the consumer does not have any more.
local queue = find(ARGV[1])
local lost = {}
for i = 3, #ARGV do
  local pending = queue and redis.call('XPENDING', queue.q .. ':ready', 'fan', ARGV[i], ARGV[i], 1)
  if pending and pending[1] and pending[1][2] == ARGV[2] then
    redis.call('XCLAIM', queue.q .. ':ready', 'fan', ARGV[2], 0, ARGV[i], 'JUSTID')
  else
    lost[#lost + 1] = ARGV[i]
  end
end
return lost
