/** The whole platform on AWS. What can be checked without an account is checked by `npm run test:infra`. */
export default $config({
  app: ({ stage }) => ({
    name: "netcheck",
    home: "aws",
    removal: stage === "production" ? "retain" : "remove",
    protect: stage === "production",
    providers: { aws: { region: "eu-central-1" } },
  }),

  async run() {
    await import("./stacks/misspelt");
    // Before anything is made: every function and queue takes its defaults from here.
    await import("./stacks/defaults");
    const { api } = await import("./stacks/api");
    await import("./stacks/consumers");
    const { schedules } = await import("./stacks/schedules");
    const { worker } = await import("./stacks/worker");
    await import("./stacks/rotation");
    await import("./stacks/canaries");
    await import("./stacks/alarms");
    const { dashboard } = await import("./stacks/dashboard");
    return {
      api: api.url,
      worker: worker.nodes.service.name,
      schedules: schedules.map(({ schedule }) => schedule.name),
      dashboard: dashboard.dashboardName,
    };
  },
});
