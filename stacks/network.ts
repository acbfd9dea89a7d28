/** The worker's alone: functions reach Neon, Upstash and SQS over the internet and need no network. */
export const vpc = new sst.aws.Vpc("Network", { az: 2, nat: "ec2" });

/** Nobody calls the worker; it calls AWS over HTTPS and the broker over TLS. */
const outbound = (port: number) => ({
  protocol: "tcp",
  fromPort: port,
  toPort: port,
  cidrBlocks: ["0.0.0.0/0"],
});

export const workerGroup = new aws.ec2.SecurityGroup("WorkerGroup", {
  vpcId: vpc.id,
  description: "Outbound HTTPS and AMQPS",
  ingress: [],
  egress: [outbound(443), outbound(5671)],
});

export const cluster = new sst.aws.Cluster("Cluster", {
  // An SST Vpc as such would put tasks into public subnets with public addresses.
  vpc: {
    id: vpc.id,
    securityGroups: [workerGroup.id],
    containerSubnets: vpc.privateSubnets,
    loadBalancerSubnets: vpc.publicSubnets,
    cloudmapNamespaceId: vpc.nodes.cloudmapNamespace.id,
    cloudmapNamespaceName: vpc.nodes.cloudmapNamespace.name,
  },
});
