import type { FailureSource, Phase } from "./message.ts";

type Blames = Partial<Record<FailureSource, string>>;

/**
 * Every way in which this version's agents fail a check: how far it came, the code, and by whose fault,
 * in words for people. A message of an older or later agent may carry others, so that on the wire a code
 * is any text.
 */
export const FAILURES = {
  policy: {
    refused_by_policy: {
      agent:
        "The check would have gone where this agent may not: to a private or special address, or by a redirect to something else than HTTP. Nothing was sent there.",
    },
  },
  dns: {
    not_found: {
      target: "The name does not exist, or has no address of the family that was asked for.",
      resolver: "The resolver was given by its name, and that name has no address.",
    },
    refused: {
      resolver: "The resolver will not answer this question, or nothing serves DNS at its address.",
    },
    resolver_failed: {
      resolver:
        "The resolver says that it could not find out. It tells nothing of the name itself.",
      agent: "The agent's own host failed to ask, or has no route to its resolver.",
    },
    bad_answer: {
      resolver: "What came from the resolver is no DNS message, or answers another question.",
    },
    timeout: { resolver: "No resolver answered in time." },
    reset: { resolver: "The resolver broke the connection off." },
    unreachable: {
      path: "The network says that the resolver cannot be reached.",
      agent: "The agent's own host cannot send to the resolver: it has no route, or no means left.",
    },
    no_resolver: { agent: "The agent's own host is set up without a resolver." },
  },
  tcp: {
    refused: {
      target: "The target's host, or a firewall before it, says that nothing listens at this port.",
    },
    reset: {
      target:
        "The target took the connection and broke it off at once. A `tcp` check calls that an open port, and `http` tells it of its next phase.",
    },
    timeout: {
      path: "Nothing came back. A firewall that drops packets looks the same as a host that is off.",
    },
    unreachable: {
      path: "A router or a firewall on the way says that it does not lead there.",
      agent: "The agent's own host could not connect: it has no route, no port or no file left.",
    },
  },
  tls: {
    not_tls: {
      target: "What answered does not speak TLS. Plain HTTP may be spoken at this port.",
    },
    tls_version: {
      target: "The target speaks only versions of TLS before 1.2, which are no longer safe.",
    },
    weak_key: { target: "The target offers a key too short to be safe." },
    tls_broken: { target: "What the target sent breaks the rules of TLS." },
    tls_refused: {
      target:
        "The target ended TLS by an alert: it has no cipher in common with the agent, or an error of its own.",
    },
    unknown_name: { target: "The target says that it has no site of this name." },
    no_common_protocol: { target: "The target speaks TLS, but for another protocol than HTTP." },
    certificate_required: {
      target: "The target lets in only those who show a certificate, and an agent has none.",
    },
    closed: { target: "The target closed the connection during the handshake." },
    reset: { target: "The target reset the connection during the handshake." },
    timeout: {
      target: "The connection stands, and the target did not finish the handshake in time.",
      path: "The connection died during the handshake: what was sent is not acknowledged.",
    },
    unreachable: { path: "The way to the target broke off during the handshake." },
    tls_failed: {
      agent:
        "The agent's TLS does not know what it met, or will not do it. It says nothing of the target.",
    },
  },
  firstByte: {
    not_http: {
      target: "Something came that is not HTTP. `firstLine` keeps what it began with.",
    },
    http2_failed: {
      target:
        "The target ended the request or the connection by a code of HTTP/2, or breaks its rules.",
    },
    closed: { target: "The target closed the connection in good order, without an answer." },
    reset: { target: "The target reset the connection before it answered." },
    timeout: {
      target:
        "The target took the request, and its answer did not begin, or not end its head, in time.",
      path: "The connection died while an answer was waited for.",
    },
    unreachable: { path: "The way to the target broke off before it answered." },
    header_overflow: {
      agent: "The head of the answer is larger than an agent reads. It says nothing of the target.",
    },
    not_tls: { target: "The target went on in something else than TLS." },
    tls_version: { target: "The target ended TLS, for it speaks an older version." },
    weak_key: { target: "The target ended TLS with a key too short to be safe." },
    tls_broken: { target: "What the target sent after the handshake breaks the rules of TLS." },
    tls_refused: { target: "The target ended TLS by an alert after the handshake." },
    unknown_name: {
      target: "The target says after the handshake that it has no site of this name.",
    },
    no_common_protocol: { target: "The target ended TLS, for it speaks another protocol." },
    certificate_required: {
      target: "The target says after the handshake that it wants a certificate of its visitors.",
    },
    tls_failed: { agent: "The agent's TLS does not know what came after the handshake." },
    no_answer: { agent: "The connection broke in a way that the agent does not know." },
  },
  icmp: {
    no_reply: { target: "No packet was answered, and nobody says why." },
    unreachable: {
      path: "A router says that it cannot deliver to the target.",
      agent: "The agent's own host cannot send there: it has no route or no address.",
    },
    bad_reply: {
      path: "Replies came, with other bytes than were sent or from another address, and no good one. Who spoiled them is not known.",
    },
    timeout: { agent: "The check's time was over before a packet was sent." },
    time_exceeded: {
      path: "The packets went round until their time was up: routers send them in a circle.",
    },
    not_permitted: { agent: "The agent's own host does not permit it to ping." },
    ping_failed: { agent: "The system's ping ended with an error of its own." },
  },
  run: {
    bad_target: {
      agent: "The target is none that this agent can ask for. The platform lets none such through.",
    },
    no_tool: { agent: "The agent's host has no program for this type of check." },
    unsupported: { agent: "The request is for a later version of the agent." },
    given_back: {
      agent:
        "The check was begun more than once, and the agent ended each time. It is not run again.",
    },
    overdue: { agent: "The agent could not bring the check to an end within its time." },
    internal: { agent: "The agent met a fault of its own. It says nothing of the target." },
  },
} as const satisfies Partial<Record<Phase, Record<string, Blames>>>;

/** How far a check may have come when it failed. */
export type FailedPhase = keyof typeof FAILURES;

/** The codes of a phase. */
export type FailureCode<P extends FailedPhase = FailedPhase> = P extends FailedPhase
  ? keyof (typeof FAILURES)[P] & string
  : never;

/** Whose fault a code may be in a phase. */
export type Blame<P extends FailedPhase, C extends FailureCode<P>> = P extends FailedPhase
  ? C extends keyof (typeof FAILURES)[P]
    ? keyof (typeof FAILURES)[P][C] & FailureSource
    : never
  : never;
