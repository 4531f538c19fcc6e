// Entering without a mouse: what is usual is taken with one key, never by itself; a block is pasted from any field; one
// key records. Everything has a button as well.
"use strict";

(() => {
  const form = document.getElementById("shipment");

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      const record = document.querySelector(".bar button.btn-go");
      if (!record) return;
      event.preventDefault();
      record.click();
    } else if (form && event.altKey) {
      event.preventDefault();
      takeAll();
    } else if (form && event.target.matches?.("[data-usual]") && !event.target.value) {
      event.preventDefault();
      take(event.target);
      after(event.target)?.focus();
    }
  });
  if (!form) return;

  form.addEventListener("click", (event) => {
    if (!event.target.closest("[data-take-usual]")) return;
    event.preventDefault();
    takeAll();
  });

  function take(field) {
    field.value = field.dataset.usual;
    field.dispatchEvent(new Event("input", {bubbles: true}));
  }

  const fields = () => [...form.querySelectorAll("fieldset input:not([type=hidden]):not([type=radio])")].filter((field) => field.offsetParent);
  const after = (field) => fields()[fields().indexOf(field) + 1];

  // The next field that is empty and has nothing usual takes the focus.
  function takeAll() {
    const found = [...form.querySelectorAll("[data-usual]")].filter((field) => !field.value);
    if (!found.length) return;
    const corridor = form.elements.usual_corridor.value, corridors = document.getElementById("corridors");
    if (corridor && !form.querySelector("input[name=corridor]")) {  // until those that join the stations are offered
      const chosen = document.createElement("input");
      chosen.type = "hidden";
      chosen.name = "corridor";
      chosen.value = corridor;
      corridors.append(chosen);
    }
    for (const field of found) take(field);
    fields().find((field) => !field.value)?.focus();
  }

  // a hint says what an empty field could hold
  function hint() {
    for (const said of form.querySelectorAll("[data-usual-of]")) said.hidden = Boolean(document.getElementById(said.dataset.usualOf).value);
    const all = form.querySelector("[data-take-usual]");
    if (all) all.closest("p").hidden = ![...form.querySelectorAll("[data-usual]")].some((field) => !field.value);
  }
  form.addEventListener("input", hint);
  hint();

  // A block of cells goes to the grid wherever the focus is: into the first row without a container.
  form.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") || "";
    if (event.target.closest("#rows") || !/\t/.test(text) && !/\n./.test(text.trim())) return;
    const cell = [...document.querySelectorAll('#rows input[name="container"]:not([type=hidden])')].find((field) => !field.value);
    if (!cell) return;
    event.preventDefault();
    const data = new DataTransfer();
    data.setData("text/plain", text);
    cell.focus();
    cell.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
  });
})();
