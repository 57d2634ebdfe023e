"use strict";
/* Sends answers without leaving the page and shows what comes. Whatever fails, the plain form is still there. */
(() => {
  let chat = document.querySelector("#chat");
  let log = document.querySelector("#log");
  if (!chat || !log || !window.fetch || !window.DOMParser || !window.URLSearchParams) return;
  const MOST = 60;
  const QUIET = 30 * 60 * 1000;
  let busy = false;
  let last = chat.dataset.last;
  let idle = 0;
  let stream = null;

  const add = (item) => {
    log.append(item);
    while (log.children.length > MOST) log.firstElementChild.remove();
  };

  const mine = (words) => {
    if (!words) return;
    const item = document.createElement("li");
    const said = document.createElement("div");
    item.className = "mine";
    said.className = "said";
    said.dir = "auto";
    said.textContent = words;
    item.append(said);
    add(item);
  };

  /* What was answered has no buttons any more. */
  const close = () => { for (const form of log.querySelectorAll("li:not([data-post]) form")) form.remove(); };

  const take = (page) => {
    const from = page.querySelector("#chat");
    const heard = page.querySelectorAll("#log > li");
    close();
    const items = [...heard].map((item) => document.adoptNode(item));
    items.forEach(add);
    const key = page.querySelector(".type input[name=key]").value;
    for (const field of document.querySelectorAll("input[name=key]")) field.value = key;
    if (from.dataset.page) chat.dataset.page = from.dataset.page;
    window.noteTab(chat);
    const first = items[0];
    if (first) {
      first.tabIndex = -1;
      first.scrollIntoView({ block: "nearest" });
      if (document.activeElement === document.body) first.focus({ preventScroll: true });
    }
  };

  /* The old chat is over and this answer began a new one. */
  const swap = (page) => {
    if (stream) stream.close();
    chat.replaceWith(document.adoptNode(page.querySelector("#chat")));
    chat = document.querySelector("#chat");
    log = document.querySelector("#log");
    last = chat.dataset.last;
    history.replaceState(null, "", chat.dataset.path);
    window.noteTab(chat);
    listen();
  };

  const lost = () => {
    const item = document.createElement("li");
    item.className = "lost";
    item.setAttribute("role", "alert");
    item.textContent = chat.dataset.lost;
    add(item);
    item.scrollIntoView({ block: "nearest" });
  };

  const send = async (form, button) => {
    const fields = new URLSearchParams(new FormData(form));
    if (button && button.name) fields.set(button.name, button.value);
    const field = form.querySelector("#text");
    const words = field ? field.value : button && !form.closest(".languages") ? button.textContent : "";
    busy = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields, credentials: "same-origin" });
      const kind = answer.headers.get("content-type") || "";
      if (!kind.startsWith("text/html")) throw new Error("no page");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const old of log.querySelectorAll(".lost")) old.remove();
      const from = page.querySelector("#chat");
      if (!from && answer.redirected) { location.assign(answer.url); return; }
      if (!from) { document.querySelector("main").replaceChildren(...page.querySelector("main").childNodes); return; }
      if (field) field.value = "";
      if (from.dataset.path !== chat.dataset.path) { swap(page); return; }
      if (form.closest(".languages")) { location.reload(); return; }
      mine(words);
      take(page);
    } catch {
      lost();
    } finally {
      busy = false;
    }
    stir();
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.enctype === "multipart/form-data" || form.closest(".sitting, .bar")) return;
    /* A first answer begins the chat: it goes the plain way. */
    if (new URL(form.action).pathname !== chat.dataset.path || chat.dataset.last === undefined) return;
    event.preventDefault();
    if (!busy) send(form, event.submitter);
  });

  /* Nobody there for half an hour: on a device that others use the chat clears itself. */
  const stir = () => {
    clearTimeout(idle);
    if (chat.dataset.page) idle = setTimeout(() => document.querySelector(`form[action$="/done"]`).submit(), QUIET);
  };
  stir();

  /* News. A stream that a proxy keeps back is given up; then the page looks again when it is looked at. */
  const show = (html) => {
    const item = new DOMParser().parseFromString(html, "text/html").querySelector("li");
    if (!item || log.querySelector(`[data-post="${item.dataset.post}"]`)) return;
    last = item.dataset.post;
    add(document.adoptNode(item));
  };

  const look = async () => {
    if (document.hidden || busy) return;
    try {
      const answer = await fetch(`${chat.dataset.path}/posts`, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const item of [...page.querySelectorAll("li.new[data-post]")].reverse()) show(item.outerHTML);
    } catch { /* the next look may do better */ }
  };

  const listen = () => {
    if (!window.EventSource || chat.dataset.last === undefined) return;
    stream = new EventSource(`${chat.dataset.path}/events?last=${encodeURIComponent(last)}`);
    const own = stream;
    let heard = false;
    const plain = () => { own.close(); document.addEventListener("visibilitychange", look); };
    const patience = setTimeout(() => { if (!heard) plain(); }, 10000);
    own.addEventListener("hello", () => { heard = true; clearTimeout(patience); chat.dataset.live = "on"; });
    own.addEventListener("post", (event) => show(event.data));
    own.addEventListener("over", () => { own.close(); delete chat.dataset.live; });
    own.addEventListener("error", () => {
      delete chat.dataset.live;
      if (own.readyState === EventSource.CLOSED) { clearTimeout(patience); plain(); }
    });
  };
  addEventListener("pagehide", () => { if (stream) stream.close(); });
  listen();
})();
