import { bucketsOf } from "@netcheck/kernel/bucket";
import { keysOf } from "@netcheck/kernel/redis-key";

export const redisKey = keysOf("agents");
export const bucketOf = bucketsOf(redisKey);
