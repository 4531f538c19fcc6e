// The entry pages with a script: what is pasted from a spreadsheet finds its columns, rows are added as needed, the
// looks of a row follow what the server says of it, and times can be set to now. Without it the pages work as well.
"use strict";

(() => {
  const form = document.getElementById("shipment");
  const rows = document.getElementById("rows");

  // ---------------------------------------------------------------- buttons that put a value in, wherever they are

  document.addEventListener("click", (event) => {
    const put = event.target.closest("button[data-put][name='put']");
    if (put && document.getElementById(put.dataset.into)) event.preventDefault();
    const now = event.target.closest("[data-now]");
    if (now) setNow(now);
  });

  // Radio rows show which one is chosen.
  document.addEventListener("change", (event) => {
    const picked = event.target.closest(".pick input[type=radio], .next input[type=radio]");
    if (!picked) return;
    for (const radio of document.getElementsByName(picked.name)) radio.closest("label")?.classList.toggle("on", radio.checked);
  });

  function setNow(button) {
    const [date, time] = stationNow(button.dataset.now);
    for (const [id, value] of [[button.dataset.date, date], [button.dataset.time, time]]) {
      const field = document.getElementById(id);
      field.value = value;
      field.dispatchEvent(new Event("input", {bubbles: true}));
    }
  }

  // date and time of day now in a zone (IANA name)
  function stationNow(zone) {
    const fixed = /^(?:UTC)?(?:([+−-])(\d{1,2})(?::?(\d{2}))?)?$/.exec(zone);
    if (fixed) {
      const minutes = (Number(fixed[2] || 0) * 60 + Number(fixed[3] || 0)) * (fixed[1] && fixed[1] !== "+" ? -1 : 1);
      const at = new Date(Date.now() + minutes * 60000).toISOString();
      return [at.slice(0, 10), at.slice(11, 16)];
    }
    const parts = {};
    const format = new Intl.DateTimeFormat("en-GB", {timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23"});
    for (const part of format.formatToParts(new Date())) parts[part.type] = part.value;
    return [`${parts.year}-${parts.month}-${parts.day}`, `${parts.hour}:${parts.minute}`];
  }

  // ---------------------------------------------------------------- tick boxes that choose many

  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-all]");
    if (all) {
      for (const box of document.querySelectorAll(`input[name="${all.dataset.all}"]`)) box.checked = all.checked;
    }
    if (all || event.target.matches("[data-counted]")) count();
  });

  function count() {
    let chosen = 0;
    for (const box of document.querySelectorAll("[data-counted]")) if (box.checked) chosen += Number(box.dataset.counted);
    for (const place of document.querySelectorAll("[data-count]")) {
      place.textContent = (chosen === 1 ? place.dataset.one : place.dataset.count).replace("{n}", chosen);
    }
  }

  // ---------------------------------------------------------------- a position is at no station

  const kind = document.getElementById("f-event"), position = document.getElementById("position");
  const isPosition = () => kind.value === "position";
  function showPlace() {
    position.hidden = !isPosition();
    for (const part of document.querySelectorAll("[data-station]")) part.hidden = isPosition();
  }
  if (position) {
    kind.addEventListener("change", showPlace);
    showPlace();
  }

  // ---------------------------------------------------------------- an event's station decides whose clock counts

  const told = document.querySelector("[data-event-form]");
  if (told) {
    const shown = told.elements.shown, date = document.getElementById("f-date"), time = document.getElementById("f-time");
    const button = told.querySelector("[data-now]");
    const other = document.getElementById("pick-other"), place = document.getElementById("f-station");
    const clock = document.getElementById("f-offset");
    let typedClock = false;  // until somebody says which clock it is, it is that of the station told of last
    const clockZone = () => typedClock ? clock.value.trim() : clock.dataset.zone;
    told.addEventListener("change", (event) => {
      if (event.target === clock) typedClock = true;
      if (["f-event", "f-station", "f-offset"].includes(event.target.id)) {
        other.checked = true;
        other.dispatchEvent(new Event("change", {bubbles: true}));
        return;
      }
      if (event.target.name !== "pick") return;
      const station = event.target === other ? place.selectedOptions[0] : event.target;
      const isAnywhere = event.target === other && isPosition();
      const zone = isAnywhere ? clockZone() : station?.dataset.zone;
      if (!zone || isAnywhere && !isClock(zone)) return;
      const untouched = shown.value.startsWith(`${date.value}T${time.value}@`);
      button.dataset.now = zone;
      document.getElementById("zone").textContent = isAnywhere ? clock.value.trim().replace(/^(?=[+−-])/, "UTC") : station.dataset.zoneWords || zoneWords(station);
      if (untouched) setNow(button);
      if (untouched) shown.value = `${date.value}T${time.value}@${zone}`;
    });
  }

  // Whether a zone can be reckoned with: what is typed wrong is said when it is sent.
  function isClock(zone) {
    try { return stationNow(zone).length === 2; } catch { return false; }
  }

  // such as Małaszewicze, UTC+1
  function zoneWords(station) {
    const offset = new Intl.DateTimeFormat("en", {timeZone: station.dataset.zone, timeZoneName: "shortOffset"})
      .formatToParts(new Date()).find((part) => part.type === "timeZoneName").value.replace("GMT", "UTC");
    return `${station.textContent}, ${offset}`;
  }

  for (const words of document.querySelectorAll("[data-script]")) words.hidden = false;
  if (!form || !rows) return;

  // ---------------------------------------------------------------- what the server says of each row

  const looks = {};
  for (const part of document.getElementById("states").content.querySelectorAll("[data-state]")) looks[part.dataset.state] = part.innerHTML;

  function dress(told) {
    const number = told.dataset.row;
    const row = rows.querySelector(`tr[data-row="${number}"]`);
    if (!row) return;
    const hits = JSON.parse(told.dataset.hits || "{}");
    row.querySelectorAll("input:not([type=hidden]), select").forEach((field) => {
      const hit = hits[field.name] || "";
      const cell = field.closest("td");
      cell.classList.toggle("hit", hit === "hit");
      cell.classList.toggle("hit-w", hit === "hit-w");
      if (hit === "hit") field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
    });
    row.querySelector("[data-shape]").innerHTML = looks[told.dataset.state] || "";
    rows.querySelector(`tr[data-msg="${number}"]`).classList.toggle("vh-row", !told.childElementCount);
  }

  // Without a connection nothing is judged, and nothing is lost.
  const net = document.getElementById("net");
  form.addEventListener("htmx:error", () => { net.hidden = false; });
  form.addEventListener("htmx:after:request", (event) => { if (event.detail.ctx.response) net.hidden = true; });

  document.addEventListener("htmx:after:swap", () => {
    rows.querySelectorAll(".told-row").forEach(dress);
    for (const told of document.querySelectorAll(".told[data-field]")) {
      const field = document.getElementById(told.dataset.field);
      if (!field?.matches("input")) continue;
      if ("wrong" in told.dataset) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
    }
    suggest();
  });

  // The planned arrival follows the corridor's plan until somebody types another.
  const arrival = document.getElementById("f-planned_arrival");
  let suggested = "";
  function suggest() {
    const offered = document.getElementById("arrival").dataset.suggestion || "";
    if (document.activeElement === arrival || !offered || offered === arrival.value) return;
    if (arrival.value === "" ? !arrival.dataset.cleared : arrival.value === suggested) {
      arrival.value = suggested = offered;
      check();
    }
  }
  arrival.addEventListener("input", () => { if (arrival.value === "") arrival.dataset.cleared = "1"; });

  function check() { form.dispatchEvent(new Event("change", {bubbles: true})); }

  // ---------------------------------------------------------------- rows

  function dataRows() { return [...rows.querySelectorAll("tr[data-row]")]; }

  function addRow() {
    const all = dataRows();
    const last = all[all.length - 1];
    const number = all.length + 1;
    const row = last.cloneNode(true), message = rows.querySelector(`tr[data-msg="${last.dataset.row}"]`).cloneNode(true);
    const renamed = (text) => text.replace(new RegExp(`\\b${last.dataset.row}$`), number);
    row.dataset.row = message.dataset.msg = number;
    row.querySelector("th").textContent = number;
    for (const field of row.querySelectorAll("input, select")) {
      if (field.id) field.id = renamed(field.id);
      if (field.hasAttribute("aria-label")) field.setAttribute("aria-label", renamed(field.getAttribute("aria-label")));
      if (field.hasAttribute("aria-describedby")) field.setAttribute("aria-describedby", `told-row-${number}`);
      field.removeAttribute("aria-invalid");
      field.closest("td").classList.remove("hit", "hit-w");
      if (field.name !== "size_type" && field.name !== "laden") field.value = "";
    }
    row.querySelector("[data-shape]").innerHTML = "";
    const told = message.querySelector(".told-row");
    told.id = `told-row-${number}`;
    told.dataset.row = number;
    told.dataset.state = "";
    told.dataset.hits = "{}";
    told.replaceChildren();
    message.classList.add("vh-row");
    rows.append(row, message);
    return row;
  }

  // On a phone each row is a block as high as half the screen: of the empty ones at the end the first is enough.
  let unfolded = false;
  function fold() {
    let empty = 0;
    for (const row of dataRows().reverse()) {
      const isEmpty = ![...row.querySelectorAll("input:not([type=hidden])")].some((f) => f.name !== "size_type" && f.value.trim());
      if (!isEmpty) break;
      empty++;
    }
    const all = dataRows();
    all.forEach((row, i) => row.classList.toggle("later", !unfolded && i > Math.max(0, all.length - empty)));
  }
  rows.addEventListener("input", fold);
  fold();

  form.addEventListener("click", (event) => {
    const more = event.target.closest("[data-add-rows]");
    if (!more) return;
    event.preventDefault();
    let first = dataRows().find((row) => !row.offsetParent) || null;
    unfolded = true;
    fold();
    if (!first) for (let i = 0; i < Number(more.dataset.addRows); i++) { const row = addRow(); first ||= row; }
    first.querySelector("input").focus();
  });

  // Enter and the arrows go up and down as in a spreadsheet.
  rows.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.matches("input") || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const down = event.key === "Enter" && !event.shiftKey || event.key === "ArrowDown" && !field.list;
    const up = event.key === "Enter" && event.shiftKey || event.key === "ArrowUp" && !field.list;
    if (!down && !up) return;
    event.preventDefault();
    const all = dataRows();
    const at = all.indexOf(field.closest("tr")) + (down ? 1 : -1);
    if (at < 0) return;
    const row = all[at] || addRow();
    row.classList.remove("later");
    const next = row.querySelector(`[name="${field.name}"]`);
    next.focus();
    if (next.select) next.select();
  });

  // ---------------------------------------------------------------- pasting a block

  const HEADINGS = {
    container: ["container", "containernumber", "containerno", "containernr", "unit", "unitno", "boxno", "箱号", "集装箱号", "柜号"],
    quantity: ["quantity", "qty", "number", "containers", "anzahl", "menge", "数量"],
    size_type: ["sizetype", "size", "type", "isocode", "iso", "isotype", "grösse", "groesse", "typ", "containertype", "箱型", "尺寸"],
    laden: ["laden", "full", "fullempty", "beladen", "vollleer", "重空", "重箱"],
    gross_kg: ["grosskg", "gross", "grossweight", "grossweightkg", "weight", "weightkg", "brutto", "bruttokg", "bruttogewicht", "gewicht", "毛重", "毛重kg"],
    hs_code: ["hscode", "hs", "tariff", "commoditycode", "warennummer", "zolltarif", "海关编码", "税号"],
    goods: ["goods", "description", "descriptionofgoods", "cargo", "commodity", "ware", "waren", "warenbezeichnung", "品名", "货名"],
    seals: ["seals", "seal", "sealno", "sealnumber", "plombe", "plomben", "siegel", "封号", "铅封号"],
    packages: ["packages", "pkgs", "colli", "packstücke", "件数"],
    tare_kg: ["tarekg", "tare", "taraweight", "tara", "皮重"],
    value: ["value", "valueeur", "wert", "货值"],
    value_currency: ["valuecurrency", "currency", "währung", "币种"],
    un_number: ["unnumber", "un", "unno", "unnummer"],
    temperature_min_c: ["temperatureminc", "tempmin"],
    temperature_max_c: ["temperaturemaxc", "tempmax"],
  };
  const YES = new Set(["yes", "y", "full", "laden", "f", "l", "ja", "voll", "beladen", "重", "是"]);
  const NO = new Set(["no", "n", "empty", "e", "mt", "nein", "leer", "空", "否"]);
  const bare = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const box = (text) => /^[A-Z]{3}[UJZR]\d{6,7}$/.test(text.toUpperCase().replace(/[\s.\-‐‑–()[\]]/g, ""));
  const columns = () => [...document.querySelectorAll("th[data-column]")].map((th) => th.dataset.column);

  // A block of a spreadsheet: tabs between cells, quotes round cells that hold line ends; commas or semicolons else.
  function cellsOf(text) {
    const plain = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "");
    const first = plain.split("\n")[0];
    const sign = first.includes("\t") ? "\t" : plain.includes("\n") && first.includes(";") ? ";" : "\t";
    const found = [[""]];
    let quoted = false;
    for (let i = 0; i < plain.length; i++) {
      const c = plain[i], row = found[found.length - 1];
      if (quoted) {
        if (c === '"' && plain[i + 1] === '"') { row[row.length - 1] += '"'; i++; }
        else if (c === '"') quoted = false;
        else row[row.length - 1] += c === "\n" ? " " : c;
      } else if (c === '"' && row[row.length - 1] === "") quoted = true;
      else if (c === sign) row.push("");
      else if (c === "\n") found.push([""]);
      else row[row.length - 1] += c;
    }
    return found.map((row) => row.map((cell) => cell.trim())).filter((row) => row.some(Boolean));
  }

  function byHeading(row, known) {
    const found = row.map((cell) => known.find((name) => HEADINGS[name].includes(bare(cell))) || null);
    const named = found.filter(Boolean);
    return named.length && !row.some(box) && named.length >= Math.min(2, row.length) ? found.map((n, i) => n && found.indexOf(n) === i ? n : null) : null;
  }

  const digits = (text) => text.replace(/[\s',’]/g, "");
  const isNumber = (text) => /^-?\d+([.,]\d+)?$/.test(digits(text));
  // Whether a text could stand in a column, right or wrong: a mistyped size-type could, a weight or "yes" could not.
  const COULD = {
    container: (t) => /[a-z]{3}/i.test(t) && /\d{4}/.test(t.replace(/[\s.-]/g, "")),
    quantity: (t) => /^\d{1,6}$/.test(t),
    size_type: (t) => /^(?=.*\d)[\w'’″" .\/-]{2,12}$/.test(t) && !box(t) && !/^\d{5,}$/.test(digits(t)) && !/^\d+[.,]\d+$/.test(t),
    laden: (t) => YES.has(t.toLowerCase()) || NO.has(t.toLowerCase()),
    gross_kg: (t) => isNumber(t.replace(/\s*kgs?$/i, "")),
    hs_code: (t) => /^\d{3,10}$/.test(t.replace(/[\s.]/g, "")),
    goods: (t) => !box(t) && !isNumber(t),
    seals: (t) => !box(t),
    packages: isNumber, tare_kg: isNumber, value: isNumber, temperature_min_c: isNumber, temperature_max_c: isNumber,
    value_currency: (t) => /^\p{L}{3}$/u.test(t),
    un_number: (t) => /^(UN)?\s?\d{1,4}$/i.test(t),
  };
  const valuesOf = (block, i) => block.map((row) => row[i] || "").filter(Boolean);
  const widthOf = (block) => Math.max(...block.map((row) => row.length));

  // The columns of the grid from the cell pasted into, if most values of each could stand there; null if not.
  function byPlace(block, known, start) {
    const names = Array.from({length: widthOf(block)}, (_, i) => known[start + i] || null);
    const fits = names.every((name, i) => {
      const values = valuesOf(block, i);
      return !name || values.filter(COULD[name]).length * 2 >= values.length;
    });
    // one column goes where it was put, whatever it holds
    return fits || names.length === 1 ? names : null;
  }

  function byContent(block, known) {
    const width = widthOf(block);
    const share = (i, test) => { const v = valuesOf(block, i); return v.length ? v.filter(test).length / v.length : 0; };
    const weight = (t) => /^\d{3,5}([.,]\d+)?$/.test(digits(t)) && parseFloat(digits(t)) >= 100;
    const tests = {
      container: (i) => share(i, box),
      size_type: (i) => share(i, (t) => /^(?=.*\d)([0-9A-Z]{2}[GRUBTPSVHN][0-9A-Z]?|[24]\d['’]?\s?[A-Z]{2})$/i.test(t)),
      laden: (i) => share(i, COULD.laden),
      hs_code: (i) => Math.max(share(i, (t) => /^\d{4}(\.?\d{2}){1,3}$/.test(t)), share(i, (t) => /^\d{4}(\.?\d{2}){0,3}$/.test(t)) * .9),
      // four digits may be either: they are a weight unless another column has five
      gross_kg: (i) => Math.max(share(i, weight) * .94, share(i, (t) => weight(t) && parseFloat(digits(t)) >= 10000) * .95),
      seals: (i) => share(i, (t) => /\d{4,}/.test(t) && /^[A-Z]{0,5}[\s-]?[\w;/ -]+$/i.test(t)) * .8,
      goods: (i) => share(i, (t) => /\p{L}{3,}/u.test(t)) * .7,
      quantity: (i) => share(i, (t) => /^\d{1,3}$/.test(t)) * .6,
    };
    const scored = [];
    for (let i = 0; i < width; i++) for (const name of known) if (tests[name]) scored.push([tests[name](i), name, i]);
    scored.sort((a, b) => b[0] - a[0] || a[2] - b[2]);
    const found = Array(width).fill(null), used = new Set();
    for (const [score, name, i] of scored) {
      if (score < .5 || found[i] || used.has(name)) continue;
      found[i] = name;
      used.add(name);
    }
    return found;
  }

  // Puts a text into a field; false where a list holds nothing like it.
  function fill(field, text) {
    if (field.tagName !== "SELECT") field.value = text;
    else if (NO.has(text.toLowerCase())) field.value = "no";
    else if (YES.has(text.toLowerCase())) field.value = "yes";
    else return false;
    return true;
  }

  rows.addEventListener("paste", (event) => {
    const field = event.target.closest("input, select");
    const text = event.clipboardData?.getData("text/plain") || "";
    let block = cellsOf(text);
    if (!field || !block.length || block.length === 1 && block[0].length === 1) return;
    event.preventDefault();
    const known = columns();
    const heading = block[0];
    let names = byHeading(heading, known);
    if (names) block = block.slice(1);
    else names = byPlace(block, known, known.indexOf(field.name)) || byContent(block, known);
    // whatever is not taken is said
    const leftOut = Array.from({length: widthOf([heading, ...block])}, (_, i) => names[i] ? "" : heading[i] || valuesOf(block, i)[0]).filter(Boolean);
    let at = dataRows().indexOf(field.closest("tr"));
    for (const cells of block) {
      const row = dataRows()[at++] || addRow();
      names.forEach((name, i) => {
        const place = name && row.querySelector(`[name="${name}"]`);
        if (place && cells[i] && !fill(place, cells[i])) leftOut.push(cells[i]);
      });
    }
    if (at >= dataRows().length) addRow();
    fold();
    const status = document.getElementById("pasted");
    const told = (block.length === 1 ? status.dataset.one : status.dataset.many).replace("{n}", block.length);
    const where = names.filter(Boolean).map((name) => document.querySelector(`th[data-column="${name}"]`).textContent);
    status.textContent = `${told} ${where.join(" · ")}` + (leftOut.length ? `. ${status.dataset.left} ${leftOut.slice(0, 5).join(" · ")}` : "");
    status.classList.remove("vh");
    changed = true;
    check();
  });

  // ---------------------------------------------------------------- leaving with something typed

  let changed = false, sending = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", (event) => {
    // pressed twice is sent once
    if (sending) event.preventDefault();
    sending = true;
    setTimeout(() => { sending = false; }, 4000);
  });
  window.addEventListener("pageshow", () => { sending = false; });
  window.addEventListener("beforeunload", (event) => { if (changed && !sending) event.preventDefault(); });
  rows.querySelectorAll(".told-row").forEach(dress);
})();
