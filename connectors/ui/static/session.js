// Who this browser is, and the calls over HTTP. The token stays out of every URL.

const KEY = "hotline.chat.token";
let memory = null; // where storage is switched off the session lasts as long as the page

export class Refused extends Error {
  constructor(status, body) {
    super(body.message ?? "服务暂时不可用，请稍后再试。");
    this.status = status;
    this.retryAfterSeconds = body.retry_after_seconds ?? null;
  }
}

export function storedToken() {
  try {
    return localStorage.getItem(KEY) ?? memory;
  } catch {
    return memory;
  }
}

export function forgetToken() {
  memory = null;
  try {
    localStorage.removeItem(KEY);
  } catch {
    // nothing was stored
  }
}

/** Return the token of this browser, asking for a new one where there is none. */
export async function token() {
  const known = storedToken();
  if (known) return known;
  const { token: fresh } = await call("POST", "/api/chat/sessions");
  memory = fresh;
  try {
    localStorage.setItem(KEY, fresh);
  } catch {
    // kept in memory, see above
  }
  return fresh;
}

/** Send one file as it is; its name goes beside it. */
export function upload(path, file, session) {
  return sendFile(path, file, { "X-Chat-Session": session });
}

/** Send one file with whatever opens the place it goes to. */
export async function sendFile(path, file, headers) {
  const response = await fetch(path, {
    method: "POST",
    headers: { ...headers, "X-File-Name": encodeURIComponent(file.name) },
    body: file,
    cache: "no-store",
    credentials: "omit",
  });
  const content = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, content);
  return content;
}

/** Call the service; a refusal becomes `Refused`, a broken connection stays a `TypeError`. */
export async function call(method, path, { body = null, session = null } = {}) {
  const headers = {};
  if (body !== null) headers["Content-Type"] = "application/json";
  if (session !== null) headers["X-Chat-Session"] = session;
  const response = await fetch(path, {
    method,
    headers,
    body: body === null ? undefined : JSON.stringify(body),
    cache: "no-store",
    credentials: "omit",
  });
  if (response.status === 204) return null;
  let content = {};
  try {
    content = await response.json();
  } catch {
    // a proxy in between answered with a page of its own
  }
  if (!response.ok) throw new Refused(response.status, content);
  return content;
}
