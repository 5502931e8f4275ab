-- group. What was in it goes with the sweeps that follow.
local queue = find(ARGV[1])
redis.call('SADD', base .. ':deleted', ARGV[1])
if not queue then return 0 end
local q = queue.q
redis.call('HDEL', base .. ':queues', ARGV[1])
redis.call('UNLINK', q .. ':ready', q .. ':dead', q .. ':later', q .. ':times', q .. ':ids', q .. ':consumers')
redis.call('RPUSH', base .. ':gone', q)
return 1
