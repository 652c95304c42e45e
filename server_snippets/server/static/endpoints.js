/** The six endpoints of the server: what each does, what it needs, and what can be sent to it. */

const CLIENT_ID = {
  name: "client_id",
  label: "Client id",
  hint: "An integer. Try “abc”: the server refuses the handshake.",
  first: (person) => String(person.number),
};
const ROOM = { name: "room", label: "Room", hint: "Letters, digits, - and _", first: () => "lobby" };
const USERNAME = {
  name: "username",
  label: "Username",
  hint: "If it is taken, the server closes with 4009.",
  first: (person) => person.username,
};
const TOKEN = {
  name: "token",
  label: "Token",
  hint: "Change a letter: the server accepts, then closes with 4001.",
  first: () => "secret-token",
  secret: true,
};

const HELLO = { label: "Hello", text: "Hello" };
const UNICODE = { label: "Unicode", text: "Grüße 👋 from 東京" };
const BYTES = [{ label: "Hello", text: "48 65 6c 6c 6f" }, { label: "Not UTF-8", text: "ff fe 00 80" }];
const NO_JSON = { label: "Not JSON", text: '{"action": ' };

/** What the list of endpoints offers, in this order. */
export const ENDPOINTS = [
  {
    name: "Echo",
    path: "ws",
    about: "Says back what you send: text with “Echo: ” before it, bytes unchanged.",
    parameters: [],
    mode: "text",
    examples: { text: [HELLO, UNICODE], json: [json("An object", { hello: "world" })], binary: BYTES },
  },
  {
    name: "Everyone",
    path: "ws/{client_id}",
    about: "Everyone here hears who joins, what each says, and who leaves.",
    parameters: [CLIENT_ID],
    mode: "text",
    examples: { text: [{ label: "Hello", text: "Hello, everyone" }, UNICODE], json: [json("An object", { hello: "all" })], binary: BYTES },
  },
  {
    name: "Chat",
    path: "ws/chat/{room}/{username}",
    about: "A room to talk in: history, who is online, who is typing, private messages.",
    parameters: [ROOM, USERNAME],
    mode: "json",
    examples: {
      text: [HELLO],
      json: [
        json("Message", { action: "message", text: "Hi, all" }),
        json("Private", { action: "message", text: "/pm ben hello there" }),
        json("Typing", { action: "typing" }),
        NO_JSON,
      ],
      binary: BYTES,
    },
  },
  {
    name: "Sign-in",
    path: "ws/auth?token={token}",
    about: "Welcomes the right token and echoes; closes with 4001 on a wrong one.",
    parameters: [TOKEN],
    mode: "text",
    examples: { text: [HELLO, UNICODE], json: [json("An object", { hello: "world" })], binary: BYTES },
  },
  {
    name: "Channels",
    path: "ws/json",
    about: "Subscribe to channels by JSON; what is sent to one reaches all its subscribers.",
    parameters: [],
    mode: "json",
    examples: {
      text: [HELLO],
      json: [
        json("Subscribe", { action: "subscribe", channel: "news" }),
        json("Send to all", { action: "send", channel: "news", message: "Hello" }),
        json("Unsubscribe", { action: "unsubscribe", channel: "news" }),
        json("Echo", { action: "echo", data: [1, "two", null] }),
        NO_JSON,
      ],
      binary: BYTES,
    },
  },
  {
    name: "Tasks",
    path: "ws/tasks",
    about: "Starts long work and pushes its progress to everyone who watches.",
    parameters: [],
    mode: "json",
    examples: {
      text: [HELLO],
      json: [
        json("Start", { action: "start", name: "report", steps: 5 }),
        json("Start a long one", { action: "start", name: "film", steps: 200 }),
        json("List", { action: "list" }),
        json("Cancel", { action: "cancel", task_id: "1" }),
        NO_JSON,
      ],
      binary: BYTES,
    },
  },
];

/**
 * Return an example whose message is a value as JSON, with a space after each comma and colon.
 * @param {string} label
 * @param {unknown} value
 */
function json(label, value) {
  const text = JSON.stringify(value, null, 1).replace(/\n\s*/g, " ").replace(/([[{]) | ([\]}])/g, "$1$2");
  return { label, text };
}
