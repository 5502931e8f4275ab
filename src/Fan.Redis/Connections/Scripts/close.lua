-- Takes a stream away, so that nothing more comes; what is in it after a given entry.
local left = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+')
redis.call('UNLINK', KEYS[1])
return left
