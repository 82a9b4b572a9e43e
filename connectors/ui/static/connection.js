// Talking to the service: a WebSocket that comes back by itself, HTTP where none gets through.
// What was sent and not answered for is kept and sent again; ids make a resend harmless.

import { Refused, call, forgetToken, storedToken, token } from "./session.js";

const BACKOFF_MS = [500, 1000, 2000, 5000, 10000, 20000];
const PING_MS = 25000;
const SILENCE_MS = 60000; // no frame for so long: the line is dead
const POLL_MS = 3000;
const TRIES_BEFORE_HTTP = 3;
const SESSION_REFUSED = 4401;

export class Connection {
  /** `on`: { entry, card, draft, state, handled, refused, waiting, notice, restarted } */
  constructor(on) {
    this.on = on;
    this.last = 0;
    this.waiting = new Map(); // id → text, sent or to be sent, not yet handled
    this.socket = null;
    this.ready = false;
    this.failures = 0;
    this.timers = new Set();
    this.closed = false;
    this.http = false;
    this.wake = () => this.reconnectNow();
    window.addEventListener("online", this.wake);
  }

  /** Come back to a conversation that this browser already has. */
  resume() {
    if (storedToken()) this.connect();
  }

  close() {
    this.closed = true;
    window.removeEventListener("online", this.wake);
    for (const timer of this.timers) clearTimeout(timer);
    this.socket?.close();
  }

  send(id, text) {
    this.waiting.set(id, text);
    if (this.http) this.post(id, text);
    else if (this.ready) this.frame({ type: "message", id, text });
    else this.connect();
  }

  giveUp(id) {
    this.waiting.delete(id);
  }

  editDraft(changes) {
    if (this.ready) return this.frame({ type: "edit_draft", changes });
    return this.callSession("POST", "/api/chat/draft", { changes }, (answer) =>
      this.on.draft(answer.draft),
    );
  }

  rate(seq, useful) {
    if (this.ready) return this.frame({ type: "rate", seq, useful });
    return this.callSession("POST", "/api/chat/rate", { seq, useful }, () => {});
  }

  async connect() {
    if (this.socket || this.closed || this.http) return;
    this.on.state("connecting");
    this.socket = "opening"; // a second call while the token is on its way does nothing
    let session;
    try {
      session = await token();
    } catch (error) {
      this.socket = null;
      if (error instanceof Refused) this.refuseAll(error);
      else {
        this.failures += 1;
        this.retry();
      }
      return;
    }
    if (this.closed) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/api/chat/socket`);
    this.socket = socket;
    socket.addEventListener("open", () =>
      socket.send(JSON.stringify({ type: "hello", token: session, after: this.last })),
    );
    socket.addEventListener("message", (event) => this.receive(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => this.lost(socket, event.code));
  }

  receive(frame) {
    this.heard = Date.now();
    switch (frame.type) {
      case "ready":
        this.opened();
        break;
      case "entry":
        this.entry(frame);
        break;
      case "draft":
        this.on.draft(frame.draft);
        break;
      case "handled":
        this.waiting.delete(frame.id);
        this.on.handled(frame.id, frame.seq);
        break;
      case "error":
        this.refused(frame);
        break;
    }
  }

  opened() {
    this.ready = true;
    this.failures = 0;
    this.on.state("online");
    this.keepAlive(this.socket);
    for (const [id, text] of this.waiting) this.frame({ type: "message", id, text });
  }

  entry(entry) {
    this.last = Math.max(this.last, entry.seq);
    this.on.entry(entry);
  }

  refused({ id, message, retry_after_seconds: retryAfter = null, cards = [] }) {
    for (const one of cards) this.on.card(one);
    if (!id) return this.on.notice(message);
    if (retryAfter !== null && this.waiting.has(id)) {
      // Too fast: nothing is lost, it goes out again when the time has come.
      this.on.waiting(id, message);
      this.later(retryAfter * 1000 + 200, () => {
        if (this.waiting.has(id)) this.send(id, this.waiting.get(id));
      });
      return undefined;
    }
    this.waiting.delete(id);
    return this.on.refused(id, message);
  }

  refuseAll(error) {
    if (this.waiting.size === 0) this.on.notice(error.message);
    for (const id of [...this.waiting.keys()]) {
      this.refused({
        id,
        message: error.message,
        retry_after_seconds: error.retryAfterSeconds,
      });
    }
  }

  lost(socket, code) {
    if (this.socket !== socket) return;
    const wasReady = this.ready;
    this.socket = null;
    this.ready = false;
    if (this.closed) return;
    if (code === SESSION_REFUSED) {
      forgetToken();
      this.last = 0;
      this.on.restarted();
      if (this.waiting.size) this.connect();
      return;
    }
    if (!wasReady) this.failures += 1;
    if (this.failures >= TRIES_BEFORE_HTTP && navigator.onLine) this.useHttp();
    else this.retry();
  }

  retry() {
    this.on.state("offline");
    const wait = BACKOFF_MS[Math.min(this.failures, BACKOFF_MS.length - 1)];
    this.later(wait * (0.75 + Math.random() / 2), () => this.connect());
  }

  reconnectNow() {
    this.http = false;
    this.failures = 0;
    if (storedToken() || this.waiting.size) this.connect();
  }

  keepAlive(socket) {
    this.later(PING_MS, () => {
      if (this.socket !== socket) return;
      if (Date.now() - this.heard > SILENCE_MS) {
        socket.close();
        this.lost(socket, 1006);
        return;
      }
      this.frame({ type: "ping" });
      this.keepAlive(socket);
    });
  }

  frame(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  // --- without a socket -------------------------------------------------------------------

  useHttp() {
    this.http = true;
    for (const [id, text] of this.waiting) this.post(id, text);
    this.poll();
  }

  leaveHttp() {
    if (!this.http) return;
    this.http = false;
    this.failures = 0;
    this.retry();
  }

  async post(id, text) {
    await this.callSession(
      "POST",
      "/api/chat/messages",
      { id, text },
      (answer) => {
        this.waiting.delete(id);
        for (const entry of answer.entries) this.on.entry(entry);
        this.on.handled(id, answer.seq);
        this.on.draft(answer.draft);
      },
      id,
    );
  }

  async poll() {
    if (this.closed || !this.http) return;
    await this.callSession("GET", `/api/chat/entries?after=${this.last}`, null, (answer) => {
      this.on.state("online");
      for (const entry of answer.entries) this.entry(entry);
      this.on.draft(answer.draft);
    });
    this.later(POLL_MS, () => this.poll());
  }

  async callSession(method, path, body, done, id = null) {
    try {
      done(await call(method, path, { body, session: await token() }));
    } catch (error) {
      if (!(error instanceof Refused)) {
        if (id) this.refused({ id, message: "网络不通，没有发出。" });
        this.leaveHttp();
      } else if (error.status === 401) {
        forgetToken();
        this.last = 0;
        this.on.restarted();
      } else if (id || method === "POST") {
        this.refused({ id, message: error.message, retry_after_seconds: error.retryAfterSeconds });
      }
    }
  }

  later(milliseconds, work) {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, milliseconds);
    this.timers.add(timer);
  }
}
