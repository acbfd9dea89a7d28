/** Lua, each atomic. The keys are those of presence.ts, in its order. */

/**
 * ARGV: a token of this call, then id, ms, report and clock of each beat. Keeps the newest
 * time of each, and answers whose report is not settled: until `SETTLE` says that Postgres has it,
 * every beat is news, so that a crash in between loses nothing.
 */
export const BEAT = `
local news = {}
for i = 2, #ARGV, 4 do
  local id, ms, report = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2]
  local score = tonumber(redis.call('ZSCORE', KEYS.beats, id) or '-inf')
  if score <= ms then
    redis.call('ZADD', KEYS.beats, ms, id)
    redis.call('HDEL', KEYS.stale, id)
    redis.call('HSET', KEYS.clocks, id, ARGV[i + 3])
    if ms > tonumber(redis.call('GET', KEYS.newest) or '-inf') then
      redis.call('SET', KEYS.newest, ARGV[i + 1])
    end
    if redis.call('HGET', KEYS.reports, id) ~= report then
      redis.call('HSET', KEYS.reports, id, '?' .. ARGV[1])
      news[#news + 1] = id
    end
  end
end
return news`;

/** ARGV: the token of that `BEAT`, then id and report. A later beat, or a sweep, overrules. */
export const SETTLE = `
for i = 2, #ARGV, 2 do
  if redis.call('HGET', KEYS.reports, ARGV[i]) == '?' .. ARGV[1] then
    redis.call('HSET', KEYS.reports, ARGV[i], ARGV[i + 1])
  end
end`;

/**
 * ARGV: cutoff in ms, how many at most. Takes the silent ones out and keeps them aside until
 * Postgres has them; what an earlier sweep left there comes first. Nothing if the set was lost, or
 * if the whole fleet fell silent at once.
 */
export const TAKE = `
if redis.call('EXISTS', KEYS.seeded) == 0 then return { 'unseeded' } end
local left = redis.call('HLEN', KEYS.stale)
local stale = {}
if left == 0 then
  stale = redis.call('ZRANGEBYSCORE', KEYS.beats, '-inf', '(' .. ARGV[1],
    'WITHSCORES', 'LIMIT', 0, ARGV[2])
end
if left == 0 and #stale == 0 then return { 'quiet' } end
local newest = redis.call('GET', KEYS.newest)
if not newest or tonumber(newest) < tonumber(ARGV[1]) then return { 'blind' } end
for i = 1, #stale, 2 do
  redis.call('ZREM', KEYS.beats, stale[i])
  redis.call('HDEL', KEYS.reports, stale[i])
  redis.call('HDEL', KEYS.clocks, stale[i])
  redis.call('HSET', KEYS.stale, stale[i], stale[i + 1])
end
return { 'taken', redis.call('HGETALL', KEYS.stale) }`;

/** ARGV: cutoff in ms. More than 0 if `TAKE` would not say that all is quiet. */
export const ASK = `
if redis.call('EXISTS', KEYS.seeded) == 0 then return 1 end
return redis.call('HLEN', KEYS.stale) + redis.call('ZCOUNT', KEYS.beats, '-inf', '(' .. ARGV[1])`;

/** ARGV: id and score as taken. One that came back and was taken anew meanwhile stays. */
export const SETTLE_SILENCE = `
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS.stale, ARGV[i]) == ARGV[i + 1] then
    redis.call('HDEL', KEYS.stale, ARGV[i])
  end
end`;

/** ARGV: ms, then ids. Who is neither known nor just being taken is given a timeout from now. */
export const SEED = `
for i = 2, #ARGV do
  if redis.call('HEXISTS', KEYS.stale, ARGV[i]) == 0 then
    redis.call('ZADD', KEYS.beats, 'NX', ARGV[1], ARGV[i])
  end
end`;

export const SEEDED = `redis.call('SET', KEYS.seeded, ARGV[1])`;

/** ARGV: ms, id. Heard of by another way than a beat. */
export const ARRIVE = `redis.call('ZADD', KEYS.beats, 'GT', ARGV[1], ARGV[2])`;

/** ARGV: id. */
export const FIND = `
return { redis.call('ZSCORE', KEYS.beats, ARGV[1]), redis.call('HGET', KEYS.clocks, ARGV[1]) }`;

/** ARGV: cutoff in ms. How many are not silent, the lowest time of all and the newest ever. */
export const SURVEY = `
return {
  redis.call('ZCOUNT', KEYS.beats, ARGV[1], '+inf'),
  redis.call('ZRANGE', KEYS.beats, 0, 0, 'WITHSCORES')[2] or false,
  redis.call('GET', KEYS.newest),
}`;
