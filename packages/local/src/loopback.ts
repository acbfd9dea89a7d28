const OURS = "127.0.0.1,localhost,::1";

/** Keeps a proxy, which Node asks where NODE_USE_ENV_PROXY is set, from standing between programs of this machine. */
export function reachLoopbackDirectly(env: NodeJS.ProcessEnv): void {
  const known = env["no_proxy"] || env["NO_PROXY"];
  env["NO_PROXY"] = env["no_proxy"] = known ? `${known},${OURS}` : OURS;
}
