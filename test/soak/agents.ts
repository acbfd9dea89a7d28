import { shippedAgent } from "../bench/shipped-agent.ts";
import { memoryMiB, openAgentStand } from "../support/agent-stand.ts";

const FAILING = new URL("./failing-network.ts", import.meta.url);
/** All that is asked of lies here, or is nowhere. */
const ALLOW = "127.0.0.0/8,::1/128,::/128,0.0.0.0/32,255.255.255.255/32,fe80::/10,ff00::/8";
/** More than are asked at once, so that nothing waits for its turn. */
const CONCURRENCY = "120";
const AGENTS = 2;

/** Agents as they are shipped, on hosts that fail as the seed has it. */
export async function openAgents(seed: number, resolver: string) {
  await using stack = new AsyncDisposableStack();
  const preload = new URL(FAILING);
  preload.searchParams.set("seed", String(seed));
  preload.searchParams.set("resolver", resolver);
  const [node = "", ...shipped] = stack.use(await shippedAgent()).command;
  const command = [node, "--import", preload.href, ...shipped];
  const args = ["--allow", ALLOW, "--concurrency", CONCURRENCY];
  const opening = Array.from({ length: AGENTS }, () => openAgentStand(command, args));
  const stands = (await Promise.all(opening)).map((it) => stack.use(it));
  const ends = new Map<number, unknown>();
  const before = stands.map(({ pid }) => memoryMiB(pid).now);
  stands.forEach(({ ended }, agent) => void ended.then((how) => ends.set(agent, how)));
  const owned = stack.move();
  return {
    stands,
    allLive: () => ends.size === 0,
    /** What is wrong with an agent besides its answers. */
    async complaints(agent: number) {
      const stand = stands[agent];
      const found: string[] = [];
      if (ends.has(agent)) found.push(`the agent ended with ${String(ends.get(agent))}`);
      if (stand && stand.repeats() > 0) found.push(`answered ${stand.repeats()} checks twice`);
      if (stand && (await stand.ready()) > 0) found.push("left requests behind");
      return found;
    },
    memoryMiB: () =>
      stands.flatMap(({ pid }, agent) => {
        if (ends.has(agent)) return [];
        const { now, peak } = memoryMiB(pid);
        return [{ before: before[agent] ?? 0, after: now, peak }];
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
