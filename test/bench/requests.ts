type Load = { requests: number; parallel: number };

/** Requests per second of `ask`, so many at a time; throws at the first that fails. */
export async function perSecond(ask: () => Promise<unknown>, { requests, parallel }: Load) {
  let left = requests;
  const startedAt = performance.now();
  const worker = async () => {
    while (left-- > 0) await ask();
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return requests / ((performance.now() - startedAt) / 1_000);
}

/** The ratio of two rates, measured in turn so that a machine's moods hit both; medians of the rounds. */
export async function compared(
  ours: () => Promise<unknown>,
  floor: () => Promise<unknown>,
  { rounds, ...load }: Load & { rounds: number },
) {
  await perSecond(floor, { ...load, requests: load.parallel * 4 });
  await perSecond(ours, { ...load, requests: load.parallel * 4 });
  const rates = { ours: [] as number[], floor: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    rates.floor.push(await perSecond(floor, load));
    rates.ours.push(await perSecond(ours, load));
  }
  const median = (rate: number[]) => rate.toSorted((a, b) => a - b)[rounds >> 1] ?? Number.NaN;
  return { ours: median(rates.ours), floor: median(rates.floor) };
}
