export default $config({
  app: (input) => ({
    name: "netcheck",
    home: "aws",
    removal: input.stage === "production" ? "retain" : "remove",
    protect: input.stage === "production",
    providers: { aws: { region: "eu-west-1" } },
  }),
  run: async () => ({}),
});
