-- group; how many dead letters were deleted.
local queue = find(ARGV[1])
if not queue then return 0 end
local count = redis.call('XLEN', queue.q .. ':dead')
redis.call('UNLINK', queue.q .. ':dead')
return count
