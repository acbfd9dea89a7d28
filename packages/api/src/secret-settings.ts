type Env = Readonly<Record<string, string | undefined>>;

const SUFFIX = "_SECRET_ARN";

/** The environment in which every `X_SECRET_ARN` has become `X`, the value of that secret. */
export async function withSecrets(env: Env, read: (arn: string) => Promise<string>) {
  const named = Object.entries(env).flatMap(([name, arn]) =>
    name.endsWith(SUFFIX) && arn ? [[name.slice(0, -SUFFIX.length), arn] as const] : [],
  );
  const values = await Promise.all(named.map(async ([name, arn]) => [name, await read(arn)]));
  return { ...env, ...Object.fromEntries(values) } as Env;
}
