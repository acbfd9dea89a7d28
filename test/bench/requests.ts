import { Agent, request } from "node:http";

const agent = new Agent({ keepAlive: true });

/**
 * One request and the text of its answer; rejects unless it is 200 or 202. Leaner than `fetch`: a client
 * has no cores of its own here, and what it takes is missing from what is measured.
 */
export function ask(
  url: string,
  { method = "GET", headers }: { method?: string; headers: Record<string, string> },
  body = "",
) {
  return new Promise<string>((resolve, reject) => {
    const sent = request(url, { method, headers, agent }, (response) => {
      const { statusCode = 0 } = response;
      let text = "";
      response.setEncoding("utf8").on("error", reject);
      response.on("data", (part: string) => (text += part));
      response.on("end", () =>
        [200, 202].includes(statusCode)
          ? resolve(text)
          : reject(new Error(`${url} answered ${statusCode}`)),
      );
    });
    if (body !== "") sent.setHeader("content-length", Buffer.byteLength(body));
    sent.on("error", reject).end(body);
  });
}

type Load = { requests: number; parallel: number };

/** Times per second of `work`, so many at a time; throws at the first that fails. */
export async function perSecond(work: () => Promise<unknown>, { requests, parallel }: Load) {
  let left = requests;
  const startedAt = performance.now();
  const worker = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return requests / ((performance.now() - startedAt) / 1_000);
}

/** Calls before the clock runs: what runs for days is not judged by the seconds before V8 has compiled it. */
export const WARM_UP = 400;

/**
 * Two rates in short turns, so that a machine's moods hit both: medians of the rates, and of the shares
 * that each turn had of the one just before it.
 */
export async function compared(
  ours: () => Promise<unknown>,
  floor: () => Promise<unknown>,
  { rounds, ...load }: Load & { rounds: number },
) {
  for (const work of [floor, ours]) await perSecond(work, { ...load, requests: WARM_UP });
  const rates = { ours: [] as number[], floor: [] as number[], share: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const before = await perSecond(floor, load);
    const rate = await perSecond(ours, load);
    rates.floor.push(before);
    rates.ours.push(rate);
    rates.share.push(rate / before);
  }
  const median = (rate: number[]) => rate.toSorted((a, b) => a - b)[rounds >> 1] ?? Number.NaN;
  return {
    ours: median(rates.ours),
    floor: median(rates.floor),
    share: median(rates.share),
  };
}
