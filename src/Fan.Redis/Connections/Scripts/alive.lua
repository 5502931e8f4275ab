-- Keeps streams alive for a while, and makes those that are not there; how many were made. KEYS: the streams, ARGV: milliseconds.
local made = 0
for _, stream in ipairs(KEYS) do
  if redis.call('PEXPIRE', stream, ARGV[1]) == 0 then
    redis.call('XADD', stream, '*', 'fan.mark', '')
    redis.call('PEXPIRE', stream, ARGV[1])
    made = made + 1
  end
end
return made
