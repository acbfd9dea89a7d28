import { keysOf } from "@netcheck/kernel/redis-key";

export const redisKey = keysOf("platform");
