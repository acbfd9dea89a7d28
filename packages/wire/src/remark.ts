/** What is wrong with an answer of HTTP that was read all the same, in the words of its message. */
export const HTTP_REMARKS = {
  bytes_before_status_line: "Something stands before the status line.",
  version_case: "The status line writes HTTP in lower case.",
  version_missing: "The status line names no version of HTTP, or not HTTP at all.",
  version_unknown: "The status line names a version that HTTP/1 does not have.",
  status_line_spaces: "The parts of the status line are not parted by one space each.",
  head_cut_short: "The connection was closed before the empty line that ends the head.",
  bare_line_feed: "Lines of the head end in a line feed without a carriage return.",
  folded_line: "A header goes on in the next line, which was given up in 2014.",
  space_before_colon: "There is a blank between a header's name and its colon.",
  header_name: "A header's name is empty or holds characters that names may not have.",
  header_without_colon: "A line of the head has no colon and was passed over.",
  control_character: "The head holds a control character.",
  length_repeated: "The length of the body is given more than once, the same each time.",
  lengths_differ: "The length of the body is given more than once, and differently.",
  length_malformed: "Content-Length is not a plain number.",
  length_and_chunked: "The answer is chunked and gives a length as well, which was passed over.",
  transfer_coding: "Transfer-Encoding names more, or something else, than chunked.",
  upgrade_unasked: "The target switches to another protocol, which nobody asked for.",
} as const;
export type HttpRemarkCode = keyof typeof HTTP_REMARKS;

/** What is to be said of a resolver's answer; its message names names. */
export const DNS_REMARKS = {
  dangling_alias:
    "The name is an alias of one that does not exist, or has no record of the type. Whoever registers that end takes over the name.",
  alias_elsewhere: "The name is an alias of one that this server does not know. Other servers do.",
  alias_loop: "The aliases of the name lead back to themselves.",
  referral: "This server does not know the name, and says who does.",
  lame: "This server has no zone for the name, and asks nobody else.",
  unrelated_records: "Some records of the answer belong to other names, and answer nothing.",
  malformed_message: "Part of the answer is not what its type says. It is shown by its bytes.",
  cut_short: "The server says that this is not its whole answer.",
  no_edns: "The server answered only when it was asked as before 1999, without EDNS.",
  extended_error: "The server says more of why it answered so (RFC 8914).",
} as const;
export type DnsRemarkCode = keyof typeof DNS_REMARKS;
