// What a device keeps: events that could not be sent yet, in a database of the browser. Pages and the worker share it.
// An event is {key, mark, n, at, fields, state, problems}: `mark` is whose it is, `n` its place in the order in which
// they were told, `state` one of waiting, sending and refused.
"use strict";

self.keeping = (() => {
  const NOT_KEPT = new Set(["csrf_token", "from_device", "mark"]);

  function open() {
    return new Promise((done, fail) => {
      const asked = indexedDB.open("railtrack", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("events", {keyPath: "key"});
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => fail(asked.error);
    });
  }

  async function work(mode, ask) {
    const database = await open();
    try {
      return await new Promise((done, fail) => {
        const transaction = database.transaction("events", mode, {durability: "strict"});
        const asked = ask(transaction.objectStore("events"));
        transaction.oncomplete = () => done(asked.result);
        transaction.onerror = transaction.onabort = () => fail(transaction.error);
      });
    } finally { database.close(); }
  }

  const put = (item) => work("readwrite", (store) => store.put(item));
  const get = (key) => work("readonly", (store) => store.get(key));
  const remove = (key) => work("readwrite", (store) => store.delete(key));

  // those of one account, in the order in which they were told
  async function all(mark) {
    const found = await work("readonly", (store) => store.getAll());
    return found.filter((item) => item.mark === mark).sort((a, b) => a.n - b.n);
  }

  const told = (fields) => JSON.stringify(fields.filter(([name]) => name !== "key"));

  // Keeps a form as it was typed. The same form is kept once; another under the same key, such as one typed after going
  // back, is another event unless the first was refused: then it was mended.
  async function keep(fields, mark, state) {
    const kept = fields.filter(([name]) => !NOT_KEPT.has(name));
    let key = new Map(kept).get("key");
    const before = key && await get(key);
    if (!key || before && before.state !== "refused" && told(before.fields) !== told(kept)) key = crypto.randomUUID();
    const ours = kept.filter(([name]) => name !== "key").concat([["key", key]]);
    const now = Date.now();
    await put({key, mark, n: before?.key === key ? before.n : now, at: now, fields: ours, state, problems: []});
    return {key, before};
  }

  return {keep, put, get, remove, all};
})();
