// Answers for the event form when the server cannot be reached: pages seen last are kept, and so is what is sent.
// `RAILTRACK`, put before this text by the server, says where things are; its version changes with the files.
"use strict";

importScripts(RAILTRACK.keep);

const FILES = `files-${RAILTRACK.version}`, PAGES = "pages";
const PATIENCE_MS = 8000;  // a phone between two masts says nothing for minutes
const MOST_PAGES = 40, DAYS_KEPT = 3, FRESH_MS = 5 * 60000, SENDING_MS = 60000;

self.addEventListener("install", (event) => {
  const wanted = RAILTRACK.files.map((file) => new Request(file, {cache: "reload"}));
  event.waitUntil(caches.open(FILES).then((held) => held.addAll(wanted)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== FILES && name !== PAGES) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const {request} = event, url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && request.destination === "document") {
    if (request.method === "GET") event.respondWith(page(event, url));
    else if (url.pathname === RAILTRACK.form) event.respondWith(told(event));
    // whoever comes or goes: nobody finds the pages of another
    else if ([RAILTRACK.sign_in, RAILTRACK.sign_out].includes(url.pathname)) event.waitUntil(forget());
  } else if (request.method === "GET" && RAILTRACK.files.includes(url.pathname)) event.respondWith(file(request));
});

self.addEventListener("message", (event) => {
  const asked = event.data || {};
  if (asked.is === "send") event.waitUntil(send().catch(() => {}));
  if (asked.is === "forget") event.waitUntil(forget());
  if (asked.is === "fetch") event.waitUntil(fetchPages(asked.addresses));
});

// the browser calls when the connection is back, also after the page was closed; where it knows how to
self.addEventListener("sync", (event) => { if (event.tag === "events") event.waitUntil(send()); });

function inTime(answer) {
  return Promise.race([answer, new Promise((_, fail) => setTimeout(() => fail(new Error("no answer")), PATIENCE_MS))]);
}

const isDown = (answer) => answer.status >= 502 && answer.status <= 504;

// ---------------------------------------------------------------- files and pages

async function file(request) {
  try {
    const answer = await inTime(fetch(request));
    if (!isDown(answer)) return answer;
  } catch { /* the kept one will do */ }
  return await caches.match(request, {cacheName: FILES, ignoreSearch: true}) || Response.error();
}

const isKept = (url) => [RAILTRACK.form, RAILTRACK.kept].includes(url.pathname);

// what a page is kept under: what it is about, whatever was to be chosen in it
function name(url) {
  const bare = new URL(url);
  bare.hash = "";
  for (const part of ["next", "lang"]) bare.searchParams.delete(part);
  return bare.href;
}

async function page(event, url) {
  try {
    const held = isKept(url) && await (await caches.open(PAGES)).match(name(url));
    const answer = await (held ? inTime(fetch(event.request)) : fetch(event.request));
    if (!isDown(answer)) {
      if (isKept(url)) event.waitUntil(store(url, answer.clone()));
      if (url.pathname === RAILTRACK.sign_in && answer.ok) event.waitUntil(forget());
      if (url.pathname === RAILTRACK.recorded && answer.ok) await keeping.remove(url.searchParams.get("key") || "");
      return answer;
    }
  } catch { /* no connection */ }
  return await served(url) || await served(new URL(RAILTRACK.kept, url)) || fetch(event.request);
}

async function store(url, answer) {
  if (!answer.ok || answer.redirected) return;
  const html = await answer.text();
  const mark = /<meta name="device-mark" content="([0-9a-f]+)"/.exec(html);
  if (!mark) return;
  const bare = html  // the token of the session is worth nothing later, and does not belong on a disk
    .replace(/(name="csrf_token" value=")[^"]*/g, "$1").replace(/("X-CSRFToken": ")[^"]*/g, "$1");
  const headers = new Headers(answer.headers);
  headers.set("X-Kept-At", String(Date.now()));
  headers.set("X-Kept-Title", encodeURIComponent(/<h1[^>]*>([^<]*)/.exec(html)?.[1].trim() || ""));
  headers.delete("Content-Length");
  headers.delete("Content-Encoding");
  const pages = await caches.open(PAGES);
  await pages.delete(name(url));  // so that the ones seen last stand last
  await pages.put(name(url), new Response(bare, {headers}));
  const known = await pages.keys();
  for (const old of known.slice(0, Math.max(0, known.length - MOST_PAGES))) await pages.delete(old);
}

// A kept page as the answer to a reader: a form told from it is another one than the last, so it has a new key.
async function served(url) {
  const pages = await caches.open(PAGES);
  const held = await pages.match(name(url));
  if (!held) return null;
  const at = Number(held.headers.get("X-Kept-At"));
  if (Date.now() - at > DAYS_KEPT * 86400000) {
    await pages.delete(name(url));
    return null;
  }
  const html = (await held.text())
    .replace("<body", `<body data-from-device="${at}"`)
    .replace(/(name="key" value=")[^"]*"/, `$1${crypto.randomUUID()}"><input type="hidden" name="from_device" value="1"`);
  return new Response(html, {headers: held.headers});
}

async function fetchPages(addresses) {
  const pages = await caches.open(PAGES);
  for (const address of addresses) {
    const url = new URL(address, self.location.origin);
    if (url.origin !== self.location.origin || !isKept(url)) continue;
    const held = await pages.match(name(url));
    if (held && Date.now() - Number(held.headers.get("X-Kept-At")) < FRESH_MS) continue;
    try { await store(url, await fetch(name(url), {redirect: "manual"})); } catch { return; }
  }
}

const forget = () => caches.delete(PAGES);

// ---------------------------------------------------------------- events

// A form on its way is kept before it is sent: whatever happens to the connection, the session or the phone, it is
// there. Once the server shows what it recorded, it is let go of.
async function told(event) {
  const request = event.request.clone();
  const fields = [...(await event.request.clone().formData()).entries()].map(([field, value]) => [field, String(value)]);
  const typed = new Map(fields), mark = typed.get("mark");
  if (!mark) return fetch(event.request);
  const isFromDevice = typed.get("from_device") === "1";
  const {key, before} = await keeping.keep(fields, mark, isFromDevice ? "waiting" : "sending");
  if (!isFromDevice && key === typed.get("key")) {
    try {
      const answer = await inTime(fetch(request));
      if (answer.status === 422 || answer.status === 200) await (before ? keeping.put(before) : keeping.remove(key));
      // 400 is a token of a session that is over; what is kept is sent with a new one
      if (!isDown(answer) && answer.status !== 400) return answer;
    } catch { /* no connection */ }
    const kept = await keeping.get(key);
    if (kept) await keeping.put({...kept, state: "waiting"});
  }
  event.waitUntil(askLater());
  try { await inTime(send()); } catch { /* later */ }
  if (await keeping.get(key)) return Response.redirect(`${RAILTRACK.kept}?key=${encodeURIComponent(key)}`, 303);
  return Response.redirect(`${RAILTRACK.recorded}?${subject(fields)}&key=${encodeURIComponent(key)}`, 303);
}

function subject(fields) {
  return new URLSearchParams(fields.filter(([field]) => RAILTRACK.subject.includes(field))).toString();
}

async function askLater() {
  try { await self.registration.sync.register("events"); } catch { /* sent when a page is opened, or by its button */ }
}

// Asked for while they are being sent, they are looked through once more afterwards: the connection may be back now.
let running = null, queued = null;
function send() {
  if (running) {
    queued ||= running.catch(() => {}).then(() => { queued = null; return send(); });
    return queued;
  }
  running = sendAll().finally(() => { running = null; });
  return running;
}

// One after the other, in the order in which they were told. Rejects where there is no connection.
async function sendAll() {
  try {
    const asked = await fetch(RAILTRACK.state, {redirect: "manual", cache: "no-store"});
    if (isDown(asked)) throw new Error("no server");
    if (!asked.ok) return;  // signed out: they wait for whoever told them
    const {mark, token} = await asked.json();
    for (const item of await keeping.all(mark)) {
      const isStuck = item.state === "sending" && Date.now() - item.at > SENDING_MS;
      if (item.state !== "waiting" && !isStuck) continue;
      const body = new URLSearchParams([...item.fields, ["mark", mark]]);
      const answer = await fetch(RAILTRACK.take, {method: "POST", body, headers: {"X-CSRFToken": token}, redirect: "manual"});
      if (answer.ok) await keeping.remove(item.key);
      else if (answer.status === 422) {
        const said = await answer.json();
        await keeping.put({...item, state: "refused", problems: said.problems, isGone: said.is_gone});
      } else if (isDown(answer)) throw new Error("no server");
      else if (answer.status < 500) return;  // somebody else signed in meanwhile, or too many at once
      await changed();
    }
  } finally { await changed(); }
}

async function changed() {
  for (const client of await self.clients.matchAll()) client.postMessage({is: "changed"});
}
