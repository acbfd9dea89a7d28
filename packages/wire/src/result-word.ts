/** The rules of ours that end a check before its target does. */
export const ENDED_BY = {
  timeout: "The check's own `timeoutMs` was over.",
  deadline: "The platform waits no longer: the request lay in its queue for most of its time.",
  max_redirects: "The last answer leads on, and `maxRedirects` had been followed.",
  body_limit: "There is more of the body than the 10 000 characters that are kept.",
  head_limit: "The head of the answer is larger than is read.",
  policy: "The way led where this agent may not go.",
  answer_limit: "There are more records in the answer than are kept.",
  stopped: "The agent was told to stop.",
} as const;
export type EndedBy = keyof typeof ENDED_BY;

/** How the try of one address of a name ended. */
export const TRY_OUTCOMES = {
  connected: "It took the connection, or answered a ping. This is the one that was used.",
  refused: "It says that nothing listens at this port.",
  reset: "It took the connection and broke it off at once.",
  timeout: "Nothing came back.",
  unreachable: "The network says that it does not lead there.",
  refused_by_policy: "This agent may not go there. Nothing was sent.",
  abandoned: "Another address was there first.",
  not_tried: "An earlier one decided, or the time was over.",
  agent_limit: "The agent's own host could not send: it has no route, no port or no file left.",
} as const;
export type TryOutcome = keyof typeof TRY_OUTCOMES;

/** Why a body ended before its end; the answer itself had come. */
export const BODY_ERRORS = {
  reset: "The target reset the connection.",
  timeout: "The time was over.",
  short: "The target closed in good order after fewer bytes than it had said.",
  closed: "The target closed in good order before the last chunk.",
  broken_chunk: "What should be a chunk is none.",
} as const;
export type BodyError = keyof typeof BODY_ERRORS;

/** What a resolver's answer comes to (RFC 1034, RFC 2308, RFC 8499). */
export const MEANINGS = {
  answer: "There are records of the type.",
  nodata: "The name exists and has none of the type.",
  nxdomain: "The name does not exist.",
  alias: "The name is an alias, and this server does not follow it.",
  referral: "Other servers have to be asked.",
  lame: "This server has no zone for the name, and asks nobody.",
  refused: "This server will not say.",
  error: "This server cannot say.",
} as const;
export type Meaning = keyof typeof MEANINGS;
