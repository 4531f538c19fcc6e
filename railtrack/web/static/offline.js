// The pages' part of working without a connection: the worker is started, what is kept is counted on every page and
// listed on its own, and a form that came out of the device shows the time of now. See sw.js and offline-keep.js.
"use strict";

(() => {
  const meta = document.querySelector('meta[name="device-mark"]');
  const mark = meta?.content || "", worker = navigator.serviceWorker;
  const fromDevice = document.body.dataset.fromDevice;
  if (!worker || !self.keeping) return;

  const ask = async (asked) => (await worker.ready).active.postMessage(asked);
  const line = document.getElementById("kept-line"), form = document.querySelector("[data-event-form]");
  const list = document.getElementById("kept-list");

  // ---------------------------------------------------------------- who is here

  if (!mark) {
    worker.controller?.postMessage({is: "forget"});
    return;
  }
  if (localStorage.getItem("railtrack-mark") !== mark) {
    worker.controller?.postMessage({is: "forget"});
    localStorage.setItem("railtrack-mark", mark);
  }
  worker.register(meta.dataset.worker).then(async () => {
    if (fromDevice) return;
    const addresses = [meta.dataset.kept];
    if (form) addresses.push(location.href);
    if (document.querySelector("[data-choose]")) {
      addresses.push(location.href);
      const spares = navigator.connection?.saveData;
      if (!spares) for (const link of [...document.querySelectorAll("a.whole")].slice(0, 12)) addresses.push(link.href);
    }
    ask({is: "fetch", addresses});
  });
  worker.addEventListener("message", (event) => { if (event.data?.is === "changed") show(); });
  window.addEventListener("online", () => { delay = FIRST_MS; ask({is: "send"}); show(); });
  window.addEventListener("offline", show);
  window.addEventListener("pageshow", show);
  document.addEventListener("click", (event) => { if (event.target.closest("[data-part=send], [data-ask-send]")) ask({is: "send"}); });
  keeping.all(mark).then((found) => { if (found.length) ask({is: "send"}); });

  // a phone says it is connected before it is, so what waits is sent again and again while a page is open
  const FIRST_MS = 500, LAST_MS = 60000;
  let delay = FIRST_MS, timer = 0;
  function sendLater(found) {
    if (timer || !navigator.onLine || !found.some((item) => item.state === "waiting")) return;
    timer = setTimeout(() => { timer = 0; ask({is: "send"}); }, delay);
    delay = Math.min(2 * delay, LAST_MS);
  }

  // ---------------------------------------------------------------- what is kept

  async function show() {
    const found = await keeping.all(mark);
    sendLater(found);
    if (line) tellLine(found);
    if (list) tellList(found);
    if (form && fromDevice) await tellNext(found);
  }

  const counted = (count, place, name) => (count === 1 ? place.dataset[`${name}One`] : place.dataset[`${name}Many`]).replace("{n}", count);

  function part(place, name, text) {
    const found = place.querySelector(`[data-part="${name}"]`);
    found.hidden = !text;
    if (typeof text === "string" && found.textContent !== text) found.textContent = text;
    return found;
  }

  function tellLine(found) {
    const waits = found.filter((item) => item.state !== "refused").length, refused = found.length - waits;
    const isCut = !navigator.onLine || Boolean(fromDevice);
    line.hidden = !(found.length && !list) && !(isCut && (form || list));
    part(line, "cut", isCut);
    part(line, "waits", waits && !list ? counted(waits, line, "waits") : "");
    part(line, "refused", refused && !list ? counted(refused, line, "refused") : "");
    part(line, "how", isCut && form ? line.dataset.how : "");
    part(line, "show", Boolean(found.length) && !list);
    part(line, "send", Boolean(waits) && !list);
  }

  // ---------------------------------------------------------------- the list of them

  function tellList(found) {
    const words = list.dataset, title = document.getElementById("kept-title");
    title.textContent = found.length ? counted(found.length, list, "title") : words.titleNone;
    list.replaceChildren(...found.map(row));
    document.getElementById("kept-acts").hidden = !found.some((item) => item.state === "waiting");
    const here = new URLSearchParams(location.search).get("key");
    document.getElementById("kept-now").hidden = !found.some((item) => item.key === here && item.state !== "refused");
    tellForms();
  }

  function row(item) {
    const typed = new Map(item.fields);
    const made = document.getElementById("kept-row").content.cloneNode(true).firstElementChild;
    part(made, "event", typed.get("kept_event") || typed.get("pick") || "");
    part(made, "about", typed.get("kept_about") || "");
    part(made, "when", [typed.get("on_date"), typed.get("at_time")].filter(Boolean).join(" ") + (typed.get("kept_zone") ? `, ${typed.get("kept_zone")}` : ""));
    part(made, "remark", typed.get("remark") || "");
    part(made, "waits", item.state !== "refused");
    part(made, "refused", item.state === "refused");
    part(made, "why", item.problems.join(" "));
    const mend = part(made, "mend", !item.isGone);
    mend.href = `${list.dataset.form}?${subject(item.fields)}#kept=${encodeURIComponent(item.key)}`;
    part(made, "again", item.state === "refused").addEventListener("click", async () => {
      await keeping.put({...item, state: "waiting", problems: []});
      ask({is: "send"});
      show();
    });
    const drop = made.querySelector("[data-part=drop]"), sure = made.querySelector("[data-part=sure]");
    drop.addEventListener("click", () => { drop.hidden = true; sure.hidden = false; sure.querySelector("button").focus(); });
    sure.querySelector("[data-part=yes]").addEventListener("click", async () => {
      await keeping.remove(item.key);
      await show();
      document.getElementById("kept-title").focus();
    });
    sure.querySelector("[data-part=no]").addEventListener("click", () => { drop.hidden = false; sure.hidden = true; drop.focus(); });
    return made;
  }

  const SUBJECT = ["shipment", "train", "date", "origin", "container"];
  const subject = (fields) => new URLSearchParams(fields.filter(([name]) => SUBJECT.includes(name))).toString();

  // the forms that open without a connection
  async function tellForms() {
    const place = document.getElementById("kept-forms"), links = [];
    const pages = await caches.has("pages") ? await caches.open("pages") : null;
    for (const asked of pages ? (await pages.keys()).reverse() : []) {
      const url = new URL(asked.url), held = await pages.match(asked);
      if (url.pathname !== list.dataset.form) continue;
      const link = document.createElement("a"), entry = document.createElement("li");
      link.href = url.pathname + url.search;
      link.textContent = decodeURIComponent(held.headers.get("X-Kept-Title") || "") || url.search;
      entry.append(link);
      links.push(entry);
    }
    place.replaceChildren(...links);
    place.closest("section").hidden = !links.length;
  }

  // ---------------------------------------------------------------- the form

  if (form) {
    form.addEventListener("submit", () => {
      const picked = form.querySelector("input[name=pick]:checked"), named = (id) => document.getElementById(id).selectedOptions[0];
      const other = [named("f-event"), named("f-station")].filter((option) => option?.value).map((option) => option.textContent).join(", ");
      form.elements.kept_event.value = picked?.dataset.said || other;
      form.elements.kept_zone.value = document.getElementById("zone").textContent;
      const chosen = form.querySelector("[data-chosen]");
      form.elements.kept_about.value = `${form.dataset.about}, ${chosen.textContent}`;
    });
    const asked = /^#kept=(.+)$/.exec(location.hash);
    if (asked) keeping.get(decodeURIComponent(asked[1])).then((item) => { if (item?.mark === mark) mend(item); });
    else if (fromDevice) beNow();
  }

  function beNow() {
    const wanted = new URLSearchParams(location.search).get("next");
    const offer = wanted && form.querySelector(`input[name=pick][value^="${CSS.escape(wanted)}@"]`);
    if (offer) choose(offer);
    const now = form.querySelector("[data-now]");
    now.click();
    form.elements.shown.value = `${form.elements.on_date.value}T${form.elements.at_time.value}@${now.dataset.now}`;
  }

  function choose(radio) {
    radio.checked = true;
    radio.dispatchEvent(new Event("change", {bubbles: true}));
  }

  // What was told before the server knows of it counts for what comes next: the likeliest event that follows is offered.
  let wasTold = false;
  async function tellNext(found) {
    const about = subject([...new FormData(form).entries()]);
    const told = new Set(found.filter((item) => subject(item.fields) === about).map((item) => new Map(item.fields).get("pick")));
    for (const radio of form.querySelectorAll("input[name=pick][data-said]")) {
      radio.closest("label").querySelector("[data-kept-note]").hidden = !told.has(radio.value);
    }
    const coming = [...document.getElementById("ahead").content.querySelectorAll("label")];
    const last = coming.findLastIndex((label) => told.has(label.querySelector("input").value));
    if (wasTold || last < 0 || location.hash || !coming[last + 1]) return;
    wasTold = true;
    const value = coming[last + 1].querySelector("input").value;
    if (!form.querySelector(`input[name=pick][value="${CSS.escape(value)}"]`)) form.querySelector(".next").prepend(coming[last + 1].cloneNode(true));
    choose(form.querySelector(`input[name=pick][value="${CSS.escape(value)}"]`));
  }

  function mend(item) {
    const typed = new Map(item.fields), boxes = new Set(item.fields.filter(([name]) => name === "box").map(([, value]) => value));
    for (const name of ["event", "station", "classifier", "wagon", "reason", "remark", "lat", "lon", "offset"]) {
      if (typed.has(name) && form.elements[name]) form.elements[name].value = typed.get(name);
    }
    let pick = [...form.querySelectorAll("input[name=pick]")].find((radio) => radio.value === typed.get("pick"));
    if (!pick) {
      pick = document.getElementById("pick-other");
      const [event, station] = typed.get("pick").split("@");
      form.elements.event.value = event;
      form.elements.station.value = station;
    }
    choose(pick);
    for (const box of form.querySelectorAll("input[name=box]")) box.checked = boxes.has(box.value);
    form.querySelector("input[name=box]")?.dispatchEvent(new Event("change", {bubbles: true}));
    form.elements.on_date.value = typed.get("on_date") || "";
    form.elements.at_time.value = typed.get("at_time") || "";
    form.elements.shown.value = "";
    form.elements.key.value = item.key;
    for (const drawer of form.querySelectorAll("details")) {
      if ([...drawer.querySelectorAll("input, select")].some((field) => field === pick || field.name === "box" && !field.checked)) drawer.open = true;
    }
    if (!item.problems.length) return;
    const summary = document.getElementById("kept-problems");
    summary.querySelector("[data-part=why]").textContent = item.problems.join(" ");
    summary.hidden = false;
    summary.focus();
  }
})();
