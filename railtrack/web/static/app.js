// What a page does beyond what the server sent: every page can be read and used without it.
// Attributes: data-focus (takes the focus when it appears), data-put + data-into (puts a value into a field),
// data-copy (a button that copies the field), data-reveal (a box that shows the password), data-print,
// data-open (opens the drawer with this id), data-send (sends its form when it changes), data-with-script (is hidden
// without one), data-key (the key that opens the help), data-tour (the id of what the tour is about).
"use strict";

(() => {
  const once = new WeakSet();

  function prepare(root) {
    for (const field of root.querySelectorAll("input[data-copy]")) {
      if (once.has(field)) continue;
      once.add(field);
      const button = make("button", "btn btn-s", field.dataset.copy);
      button.type = "button";
      button.addEventListener("click", async () => {
        field.select();
        await navigator.clipboard.writeText(field.value);
        button.textContent = field.dataset.copied;
      });
      const row = make("div", "with-button");
      field.replaceWith(row);
      row.append(field, button);
    }
    for (const field of root.querySelectorAll("input[data-reveal]")) {
      if (once.has(field)) continue;
      once.add(field);
      const box = make("input");
      box.type = "checkbox";
      box.id = field.id + "-reveal";
      const label = make("label", "", field.dataset.reveal);
      label.htmlFor = box.id;
      box.addEventListener("change", () => { field.type = box.checked ? "text" : "password"; });
      const row = make("div", "check");
      row.append(box, label);
      field.after(row);
    }
    for (const said of root.querySelectorAll("[data-with-script]")) said.hidden = false;
    const wanted = root.querySelector("[data-focus]");
    if (wanted) wanted.focus();
  }

  function make(name, classes = "", text = "") {
    const element = document.createElement(name);
    if (classes) element.className = classes;
    if (text) element.textContent = text;
    return element;
  }

  document.addEventListener("click", (event) => {
    const put = event.target.closest("[data-put]");
    if (put) {
      const field = document.getElementById(put.dataset.into);
      if (!field) return;
      field.value = put.dataset.put;
      field.focus();
      field.dispatchEvent(new Event("input", {bubbles: true}));
      field.dispatchEvent(new Event("change", {bubbles: true}));
    }
    if (event.target.closest("[data-print]")) window.print();
    const opener = event.target.closest("[data-open]");
    if (opener) {
      const drawer = document.getElementById(opener.dataset.open);
      if (drawer) drawer.open = true;
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-send]")) event.target.form.requestSubmit();
  });

  // the help of the page opens and closes with a key, where nothing is being typed
  const help = document.getElementById("help");
  document.addEventListener("keydown", (event) => {
    if (!help || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const closes = event.key === "Escape" && help.open && help.contains(document.activeElement);
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (!closes && (typing || !help.dataset.key || event.key !== help.dataset.key)) return;
    event.preventDefault();
    help.open = !help.open;
    help.querySelector("summary").focus();
  });

  const tour = document.querySelector("[data-tour]");
  if (tour) document.getElementById(tour.dataset.tour)?.classList.add("tour-here");

  // a link to something inside a closed drawer opens it
  function openTarget() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const drawer = target && target.closest("details");
    if (drawer) drawer.open = true;
    if (target && target.matches("details")) target.open = true;
  }
  window.addEventListener("hashchange", openTarget);

  // browsers without ::details-content print closed drawers closed; open them for the time of printing
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const drawer of closed) drawer.open = true;
  });
  window.addEventListener("afterprint", () => { for (const drawer of closed) drawer.open = false; });

  prepare(document);
  openTarget();
  document.addEventListener("htmx:after:swap", (event) => prepare(event.target instanceof Element ? event.target : document));
})();
