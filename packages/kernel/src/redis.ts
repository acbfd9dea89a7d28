/** Port to Redis: the commands verbs use. Rejects with an `unavailable` Fault within 500 ms. */
export type Redis = {
  get<T>(key: string): Promise<T | null>;
  set(key: string, value: unknown, options: { ex: number; nx?: true }): Promise<unknown>;
  zmscore(key: string, members: string[]): Promise<(number | null)[] | null>;
  eval<A extends unknown[], R>(script: string, keys: string[], args: A): Promise<R>;
};
