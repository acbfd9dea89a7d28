import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

import { codeOf, problem } from "./problem.ts";

const LOWEST = 20_000;
const USUAL_EPHEMERAL = 32_768;

/**
 * The ports to choose from, `[from, to)`: below those the system gives to outgoing connections,
 * where a listener can find its port taken at any moment. `range` is Linux' `ip_local_port_range`.
 */
export function portRange(range: string | undefined): { from: number; to: number } {
  const first = Number.parseInt(range ?? "", 10);
  const to = first > LOWEST + 1_000 ? Math.min(first, USUAL_EPHEMERAL) : USUAL_EPHEMERAL;
  return { from: LOWEST, to };
}

/** Whether this process could listen on the port. A host that this machine does not have is a `problem`. */
export function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((settle, refuse) => {
    const probe = createServer();
    probe.on("error", (error) => {
      const code = codeOf(error);
      if (code === "EADDRNOTAVAIL")
        refuse(problem(`HOST=${host} is not an address of this machine.`, error));
      else if (code === "EACCES")
        refuse(problem(`this user may not listen on port ${port}; choose one above 1023.`, error));
      else settle(false);
    });
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => settle(true)));
  });
}

/**
 * A free port for each name: the remembered one where it still is free, for what others have stored
 * of our address stays true then; else another. `report` hears of those that had to move.
 */
export async function choosePorts(options: {
  names: readonly string[];
  remembered: Readonly<Record<string, number>>;
  hosts: readonly string[];
  report: (line: string) => void;
}): Promise<Record<string, number>> {
  const chosen: Record<string, number> = {};
  const taken = new Set(Object.values(options.remembered));
  for (const name of options.names) {
    const before = options.remembered[name];
    if (before !== undefined && (await isFreeOnAll(before, options.hosts))) {
      chosen[name] = before;
      continue;
    }
    chosen[name] = await anyFree(options.hosts, taken);
    taken.add(chosen[name]);
    if (before !== undefined)
      options.report(`port ${before} of ${name} is taken by another program; now ${chosen[name]}`);
  }
  return chosen;
}

async function anyFree(hosts: readonly string[], taken: ReadonlySet<number>): Promise<number> {
  const { from, to } = portRange(ephemeralRange());
  for (let attempt = 0; attempt < 500; attempt++) {
    const port = randomInt(from, to);
    if (!taken.has(port) && (await isFreeOnAll(port, hosts))) return port;
  }
  throw problem(`no free port was found between ${from} and ${to}.`);
}

async function isFreeOnAll(port: number, hosts: readonly string[]): Promise<boolean> {
  for (const host of hosts) if (!(await isFree(port, host))) return false;
  return true;
}

function ephemeralRange(): string | undefined {
  try {
    return readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8");
  } catch {
    return undefined;
  }
}
