import type { Metric } from "@netcheck/kernel/metric";
import { METRICS as WORKER } from "@netcheck/worker/metric-catalogue";

import { loadCatalogue } from "../src/all-metrics.ts";

const HEAD = ["metric", "type", "unit", "labels", "meaning", "alarm"];

/** Every metric that is shown or counted, with the alarm of `stacks/alarms.ts` that looks at it. */
export async function metricsTable(alarms: string) {
  const alarmOf = new Map(
    [...alarms.matchAll(/alarm\("([\w-]+)", \{\s+metric: "([^"]+)",\s+namespace: "Netcheck"/g)].map(
      ([, alarm = "", metric = ""]) => [metric, alarm],
    ),
  );
  const all = [...(await loadCatalogue()), ...Object.values(WORKER)];
  const rows = all.map((metric) => rowOf(metric, alarmOf));
  return table([HEAD, HEAD.map(() => "---"), ...rows]);
}

function rowOf(metric: Metric, alarmOf: ReadonlyMap<string, string>) {
  const { name, type, help, labels } = metric;
  const alarm = metric.type === "counter" ? alarmOf.get(metric.event) : undefined;
  const values = Object.entries(labels).map(([label, all]) =>
    all === "code" ? `\`${label}\`` : `\`${label}\`: ${all.join(", ")}`,
  );
  const unit = /_(seconds|bytes)(_|$)/.exec(name)?.[1] ?? "";
  return [`\`${name}\``, type, unit, values.join("; "), help, alarm ? `\`${alarm}\`` : ""];
}

/** As the formatter of the house lays a table out. */
function table(rows: readonly (readonly string[])[]) {
  const widths = HEAD.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => cell.padEnd(widths[i] ?? 0, cell === "---" ? "-" : " ")),
  );
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
