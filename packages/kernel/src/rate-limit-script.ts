/**
 * Token buckets, all or none. Of each only the instant in ms is kept when it will be full again: taking
 * moves it ahead by what refills in the meantime (GCRA). Arguments: now, cost, whether to take or only to
 * ask, and for each bucket its size, the ms it takes to refill, and 1 if it may refuse. Answers 1 if one
 * refuses, then for each how many tokens are left and in how many ms it has enough, 0 if it has.
 */
export const TAKE = `
local now, cost, refused = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
local fullAt, levels = {}, {}
for i, key in ipairs(KEYS) do
  local most, window = tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
  local before = math.max(now, math.min(tonumber(redis.call('GET', key) or '0'), now + window))
  local after = before + cost * window / most
  local wait = after - now - window
  if wait > 0.01 then
    after = before
    if ARGV[3 * i + 3] == '1' then refused = 1 end
  else
    wait = 0
  end
  fullAt[i] = after
  levels[2 * i - 1] = math.floor((now + window - after) * most / window + 0.001)
  levels[2 * i] = math.ceil(wait)
end
if refused == 0 and ARGV[3] == 'take' then
  for i, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.3f', fullAt[i]), 'PX', ARGV[3 * i + 2])
  end
end
return { refused, unpack(levels) }`;

/** Puts tokens back that bought nothing. The same arguments. */
export const GIVE_BACK = `
local cost = tonumber(ARGV[2])
for i, key in ipairs(KEYS) do
  local most, window = tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
  local full = redis.call('GET', key)
  if full then
    local earlier = tonumber(full) - cost * window / most
    redis.call('SET', key, string.format('%.3f', earlier), 'PX', window)
  end
end`;
