/** A setting of the agent: a flag, a variable and a line of the settings file, all by one table. */
type Option = { type: "string" | "boolean"; env: string; value?: string; help: string };

/** Every setting, by its flag, as `parseArgs` takes them. */
export const OPTIONS = {
  url: { type: "string", env: "NETCHECK_URL", value: "URL", help: "the platform's address" },
  token: {
    type: "string",
    env: "NETCHECK_TOKEN",
    value: "TOKEN",
    help: "one-time enrolment token, needed once",
  },
  state: {
    type: "string",
    env: "NETCHECK_STATE",
    value: "FILE",
    help: "where this agent keeps its secret",
  },
  concurrency: {
    type: "string",
    env: "NETCHECK_CONCURRENCY",
    value: "N",
    help: "checks at a time, 1 to 1000 (default 50)",
  },
  allow: {
    type: "string",
    env: "NETCHECK_ALLOW",
    value: "LIST",
    help: "special networks checks may reach: 10.0.0.0/8,::1",
  },
  region: {
    type: "string",
    env: "NETCHECK_REGION",
    value: "TEXT",
    help: "where this host is, in your own words",
  },
  insecure: {
    type: "boolean",
    env: "NETCHECK_INSECURE",
    help: "accept http:// and amqp:// beyond this host",
  },
  "log-level": {
    type: "string",
    env: "LOG_LEVEL",
    value: "LEVEL",
    help: "DEBUG, INFO, WARNING or ERROR (default INFO)",
  },
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof OPTIONS;

/** What was given, as text; a switch is "true" or "false". */
export type Given = Partial<Record<OptionName, string>>;

export const optionNames = Object.keys(OPTIONS) as OptionName[];

/** How a setting is called in messages to the person who set it. */
export function labelOf(name: OptionName) {
  return `--${name} (${OPTIONS[name].env})`;
}

const COMMANDS: [flag: string, env: string, help: string][] = [
  ["--config FILE", "NETCHECK_CONFIG", "read settings from a file of NAME=value lines"],
  ["--self-test", "", "say what this agent can do here, and end"],
  ["--json", "", "with --self-test: one line of JSON"],
  ["--version", "", "print the version, and end"],
  ["--help", "", "print this, and end"],
];

/** Every variable that an agent reads. */
export const variables = [
  ...optionNames.map((name) => OPTIONS[name].env),
  ...COMMANDS.flatMap(([, env]) => env || []),
];

/** The text of `--help`, which names every setting. */
export function usage() {
  const settings = optionNames.map((name): [string, string, string] => {
    const option: Option = OPTIONS[name];
    return [`--${name}${option.value ? ` ${option.value}` : ""}`, option.env, option.help];
  });
  const lines = [...settings, ...COMMANDS].map(
    ([flag, env, help]) => `  ${flag.padEnd(17)} ${env.padEnd(21)} ${help}`,
  );
  return `Usage: netcheck-agent --url URL [--token TOKEN] [--config FILE] [--self-test]

${lines.join("\n")}

A flag wins over its variable, a variable over the settings file. The variable's name is the
name in the file. Exit codes: 0 stopped, 1 failed, 2 started wrongly, 3 revoked or unknown token.
`;
}
