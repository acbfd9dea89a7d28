/** What a refusal says besides, by its code. Written by `npm run generate` from what the contexts say of themselves. */
export type MembersByCode = {
  "checks.no_agents": {
    active?: number;
    capable?: number;
  };
};
