/**
 * Token buckets, all or none. Of each bucket only the instant in ms is kept when it will be full again:
 * taking moves it ahead by what refills in the meantime (GCRA). Arguments: now, cost, whether to take or
 * only to ask, and for each bucket its size and the ms it takes to refill. Answers 1 if one has not
 * enough, then for each how many tokens are left and in how many ms it has enough.
 */
export const TAKE = `
local now, cost, refused = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
local fullAt, levels = {}, {}
for i, key in ipairs(KEYS) do
  local most, window = tonumber(ARGV[2 + 2 * i]), tonumber(ARGV[3 + 2 * i])
  local before = math.max(now, math.min(tonumber(redis.call('GET', key) or '0'), now + window))
  local after = before + cost * window / most
  local wait = after - now - window
  if wait > 0.01 then
    refused, after = 1, before
  else
    wait = 0
  end
  fullAt[i] = after
  levels[2 * i - 1] = math.floor((now + window - after) * most / window + 0.001)
  levels[2 * i] = math.ceil(wait)
end
if refused == 0 and ARGV[3] == 'take' then
  for i, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.3f', fullAt[i]), 'PX', ARGV[3 + 2 * i])
  end
end
return { refused, unpack(levels) }`;

/** Puts tokens back that bought nothing. The same arguments. */
export const GIVE_BACK = `
local cost = tonumber(ARGV[2])
for i, key in ipairs(KEYS) do
  local most, window = tonumber(ARGV[2 + 2 * i]), tonumber(ARGV[3 + 2 * i])
  local full = redis.call('GET', key)
  if full then
    local earlier = tonumber(full) - cost * window / most
    redis.call('SET', key, string.format('%.3f', earlier), 'PX', window)
  end
end`;
