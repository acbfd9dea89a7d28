import { contexts } from "./contexts";
import { logRetention } from "./stage";

/** Brought along by the functions of those contexts that need them, and loaded by no other. */
export const external = contexts.flatMap(({ installs }) => installs.map(({ npm }) => npm));

$transform(sst.aws.Function, (args) => {
  args.runtime ??= "nodejs24.x";
  args.architecture ??= "arm64";
  args.logging ??= { retention: logRetention, format: "json" };
  // Not minified unless asked. The SDK is a chunk of its own, loaded on the first write. Names of
  // functions cost a tenth of a cold start, and nothing of ours looks at them.
  const own = $util.output(args.nodejs);
  args.nodejs = own.apply((nodejs) => ({
    minify: true,
    splitting: true,
    esbuild: { keepNames: false, external },
    ...nodejs,
  }));
  // SST 4.17.1 lets every principal of the account with sts:AssumeRole take the role.
  const assumeRolePolicy = aws.iam.assumeRolePolicyForPrincipal({
    Service: "lambda.amazonaws.com",
  });
  args.transform = {
    ...args.transform,
    role: (role) => {
      role.assumeRolePolicy = assumeRolePolicy;
    },
  };
});
