import { findCapabilities } from "./capability.ts";
import { findingTable, passes } from "./finding.ts";
import { ipFamilies, resolverFinding, stateFinding } from "./self-test-host.ts";
import { platformFindings } from "./self-test-platform.ts";
import { allowFinding, programFinding } from "./self-test-program.ts";
import { typeFindings } from "./self-test-types.ts";
import type { SelfTestSettings } from "./settings.ts";
import { VERSION } from "./version.ts";

/**
 * What this agent can do on this host, without becoming someone and without taking a request. It
 * speaks to the platform and its broker alone; each step has a time limit.
 */
export async function selfTest(settings: SelfTestSettings, json: boolean) {
  const state = await stateFinding(settings);
  const findings = [
    programFinding(),
    ...(await typeFindings(await findCapabilities())),
    ...(await ipFamilies()),
    await resolverFinding(settings.platformUrl),
    allowFinding(settings.allow),
    state.finding,
    ...(await platformFindings(settings, state.credential)),
  ];
  const passed = passes(findings);
  const report = { version: VERSION, passed, findings };
  return { passed, text: json ? `${JSON.stringify(report)}\n` : findingTable(findings) };
}
