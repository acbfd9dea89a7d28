/** Everything that would ask somebody outside is off; what is left over, the policy stops. */
const CONFIGURATION = {
  url: "/openapi.json",
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: "never",
  proxyUrl: "",
  theme: "default",
  defaultOpenAllTags: false,
  authentication: { preferredSecurityScheme: "accessToken" },
};

/** The page of `/docs`: Scalar over our own description. */
export function docsPage(program: string) {
  const configuration = JSON.stringify(CONFIGURATION).replaceAll('"', "&quot;");
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Netcheck API</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="icon" href="data:," />
  </head>
  <body>
    <script id="api-reference" data-configuration="${configuration}"></script>
    <script src="${program}"></script>
  </body>
</html>
`;
}

/** Its own program, its own API, and nothing else. Scalar writes its styles into the page as it goes. */
export const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");
