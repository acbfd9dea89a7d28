import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { tool } from "./tools.ts";

/**
 * Three sites around a router: `agent` and `far` look, `target` is looked at. Each has a network of
 * its own, 10.98.N.0/24 and fd98:N::/64; the router is .1 and ::1 in all of them.
 */
const SITES = { agent: 1, target: 2, far: 3 } as const;
export type Site = keyof typeof SITES;

/** More addresses of the target, each with a fate of its own in the firewall below. */
const TARGET_ADDRESSES = [
  "10.98.2.3/24",
  "10.98.2.4/24",
  "10.98.2.5/24",
  "10.98.2.6/24",
  "10.98.2.53/24",
];

/** Where the routing table of the agent's own host leads nowhere. */
export const CUT_OFF = "10.98.2.66";

const FIREWALL = `
table inet lab {
  counter forbidden {}
  chain seen {
    type filter hook prerouting priority 0; policy accept;
    ip daddr 10.98.9.0/24 counter name forbidden
    ip daddr 10.98.2.6 ip ttl set 1
    ip6 daddr { fd98:9::/64, 64:ff9b::/96, 2002::/16 } counter name forbidden
  }
  chain forward {
    type filter hook forward priority 0; policy accept;
    tcp dport 81 drop
    tcp dport 82 reject with icmpx type admin-prohibited
    tcp dport 83 reject with tcp reset
    tcp dport 84 reject with icmpx type host-unreachable
    ip saddr 10.98.3.0/24 tcp dport 80 drop
    ip daddr 10.98.2.3 icmp type echo-request drop
    ip daddr 10.98.2.4 icmp type echo-request numgen inc mod 2 == 1 drop
    ip daddr 10.98.2.5 icmp type echo-request reject with icmp type admin-prohibited
    udp dport 5300 drop
    tcp dport 5300 drop
  }
}`;

export type LabNetwork = {
  /** The command line that runs a program at a site. */
  at(site: Site): string[];
  /** Packets that tried to leave for where no check may go. */
  forbiddenPackets(): Promise<number>;
  remove(): Promise<void>;
};

/** An address answers from its first moment, and no ICMP error is withheld for being one of many. */
const KERNEL = [
  ["ipv6/conf/default/accept_dad", 0],
  ["ipv6/icmp/ratelimit", 0],
  ["ipv4/icmp_ratelimit", 0],
] as const;

const PREFIX = "nclab-";
const UPLINK = "uplink";

/** Makes the namespaces; whatever of an earlier run was left behind by its death is removed first. */
export async function makeNetwork(): Promise<LabNetwork> {
  await removeOrphans();
  const name = (part: string) => `${PREFIX}${process.pid}-${part}`;
  const names = [...Object.keys(SITES), "router"].map(name);
  const router = name("router");
  const remove = async () => {
    await Promise.all(names.map(removeNamespace));
  };
  try {
    for (const namespace of names) {
      await tool("ip", "netns", "add", namespace);
      for (const [setting, value] of KERNEL) await set(namespace, setting, value);
      await tool("ip", "-n", namespace, "link", "set", "lo", "up");
    }
    for (const forwarding of ["ipv4/ip_forward", "ipv6/conf/all/forwarding"])
      await set(router, forwarding, 1);
    for (const [site, number] of Object.entries(SITES)) await connect(name(site), router, number);
    for (const address of TARGET_ADDRESSES)
      await tool("ip", "-n", name("target"), "addr", "add", address, "dev", UPLINK);
    await tool("ip", "-n", name("agent"), "route", "add", "unreachable", CUT_OFF);
    await inside(router, "nft", FIREWALL);
    return {
      at: (site) => ["ip", "netns", "exec", name(site)],
      forbiddenPackets: async () => {
        const told = await inside(router, "nft", "list", "counter", "inet", "lab", "forbidden");
        return Number(/packets (\d+)/.exec(told)?.[1]);
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function set(namespace: string, setting: string, value: number) {
  await inside(namespace, "sh", "-c", `echo ${value} > /proc/sys/net/${setting}`);
}

async function inside(namespace: string, ...argv: string[]) {
  return await tool("ip", "netns", "exec", namespace, ...argv);
}

async function connect(site: string, router: string, number: number) {
  const port = `site${number}`;
  await tool(
    "ip",
    "-n",
    router,
    "link",
    "add",
    port,
    "type",
    "veth",
    "peer",
    "name",
    UPLINK,
    "netns",
    site,
  );
  for (const [namespace, device, host] of [
    [router, port, 1],
    [site, UPLINK, 2],
  ] as const) {
    const on = ["dev", device];
    await tool("ip", "-n", namespace, "addr", "add", `10.98.${number}.${host}/24`, ...on);
    await tool("ip", "-n", namespace, "addr", "add", `fd98:${number}::${host}/64`, ...on, "nodad");
    await tool("ip", "-n", namespace, "link", "set", device, "up");
  }
  await tool("ip", "-n", site, "route", "add", "default", "via", `10.98.${number}.1`);
  await tool("ip", "-n", site, "-6", "route", "add", "default", "via", `fd98:${number}::1`);
  const folder = `/etc/netns/${site}`;
  const resolver = join(folder, "resolv.conf");
  await mkdir(folder, { recursive: true });
  await writeFile(resolver, "nameserver 10.98.2.53\noptions timeout:1\n");
  // An agent that is nobody reads it, whatever our umask is.
  for (const [path, mode] of [
    ["/etc/netns", 0o755],
    [folder, 0o755],
    [resolver, 0o644],
  ] as const)
    await chmod(path, mode);
}

async function removeNamespace(namespace: string) {
  await tool("ip", "netns", "del", namespace).catch(() => undefined);
  await rm(`/etc/netns/${namespace}`, { recursive: true, force: true });
}

async function removeOrphans() {
  const names = await readdir("/run/netns").catch(() => []);
  const ours = names.filter((name) => name.startsWith(PREFIX));
  await Promise.all(
    ours.filter((name) => !isAlive(Number(name.split("-")[1]))).map(removeNamespace),
  );
}

function isAlive(pid: number) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
