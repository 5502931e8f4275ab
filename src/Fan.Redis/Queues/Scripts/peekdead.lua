-- group, how many; the dead letters.
local queue = find(ARGV[1])
if not queue then return {} end
return redis.call('XRANGE', queue.q .. ':dead', '-', '+', 'COUNT', ARGV[2])
