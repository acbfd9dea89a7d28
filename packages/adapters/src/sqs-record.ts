import type { SQSEvent, SQSRecord } from "aws-lambda";

import type { Received } from "./sqs-client.ts";

type Place = { region: string; queue: string };

/** The event that Lambda's event source would make of these messages. */
export function eventOf(place: Place, messages: readonly Received[]): SQSEvent {
  return { Records: messages.map((message) => recordOf(place, message)) };
}

function recordOf({ region, queue }: Place, message: Received): SQSRecord {
  const { MessageId, ReceiptHandle, Body, MD5OfBody = "", Attributes = {} } = message;
  const { ApproximateReceiveCount = "1", SentTimestamp = "", SenderId = "" } = Attributes;
  const { ApproximateFirstReceiveTimestamp = "" } = Attributes;
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: {
      ApproximateReceiveCount,
      SentTimestamp,
      SenderId,
      ApproximateFirstReceiveTimestamp,
    },
    messageAttributes: {},
    md5OfBody: MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:${region}:000000000000:${queue}`,
    awsRegion: region,
  };
}
