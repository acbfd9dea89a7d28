import { prefix, settings } from "./stage";

const topic = new aws.sns.Topic("Alarms", { name: `${prefix}alarms` });
if (settings.alarmEmail) {
  new aws.sns.TopicSubscription("AlarmsMail", {
    topic: topic.arn,
    protocol: "email",
    endpoint: settings.alarmEmail,
  });
}

type Watched = {
  metric: string;
  namespace: string;
  dimensions: Record<string, $util.Input<string>>;
  statistic: "Sum" | "Maximum" | "Average" | "Minimum";
  above: number;
  /** For how long, looked at each minute unless said. */
  minutes: number;
  everyMinutes?: number;
  says: string;
  /** Silence is no trouble unless said. */
  silence?: "breaching" | "ignore";
};

/** Somebody is told when it begins, and when it is over. */
export function alarm(name: string, watched: Watched) {
  const { everyMinutes = 1 } = watched;
  return new aws.cloudwatch.MetricAlarm(`${name}Alarm`, {
    name: `${prefix}${name}`,
    alarmDescription: watched.says,
    namespace: watched.namespace,
    metricName: watched.metric,
    dimensions: watched.dimensions,
    statistic: watched.statistic,
    comparisonOperator: "GreaterThanThreshold",
    threshold: watched.above,
    period: everyMinutes * 60,
    evaluationPeriods: watched.minutes / everyMinutes,
    treatMissingData: watched.silence ?? "notBreaching",
    alarmActions: [topic.arn],
    okActions: [topic.arn],
  });
}
