/**
 * Files run in parallel, each worker in a Redis database of its own: the n-th after the one that the run
 * was given.
 */
export function redisOfThisWorker() {
  const url = new URL(process.env["REDIS_URL"] ?? "");
  const worker = Number(process.env["VITEST_POOL_ID"] ?? "1");
  url.pathname = `/${Number(url.pathname.slice(1)) + worker}`;
  return url.href;
}
