/** Where a session of an agent says that the broker is, in tests that connect to none. */
export const BROKER = {
  host: "broker.example",
  port: 5671,
  tls: true,
  vhost: "v",
  username: "u",
  password: "p",
  requestQueue: "q",
  responseExchange: "x",
};
