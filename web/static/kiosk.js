"use strict";
/* The kiosk without a network: answers wait in the tablet's own storage and are sent once; the screen clears itself. */
(() => {
  const body = document.body;
  const steps = [...document.querySelectorAll("[data-step]")];
  if (!steps.length || !window.indexedDB || !window.fetch) return;
  const SITE = Number(body.dataset.site);
  const IDLE = Number(body.dataset.idle);
  const MOST = 50;
  const countdown = document.querySelector("#countdown");
  const left = document.querySelector("#left");
  const queue = document.querySelector("#queue");
  /* The tablet's clock may be wrong: the server says how long is left, and without a network what it said last holds. */
  const ENDS = `kiosk ends ${body.dataset.ends}`;
  const heard = () => { try { return Number(localStorage.getItem(ENDS)); } catch { return 0; } };
  let ends = heard() || Number(body.dataset.ends);
  const hear = (left) => {
    ends = Date.now() + left;
    try { localStorage.setItem(ENDS, String(ends)); } catch { /* storage is off */ }
  };
  let seconds = IDLE;
  let sending = null;

  const opened = new Promise((resolve, reject) => {
    const asked = indexedDB.open("groundswell-kiosk", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("entries", { keyPath: "key" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const kept = async (mode, work) => {
    const store = (await opened).transaction("entries", mode).objectStore("entries");
    const asked = work(store);
    return new Promise((resolve, reject) => {
      store.transaction.oncomplete = () => resolve(asked && asked.result);
      store.transaction.onerror = () => reject(store.transaction.error);
    });
  };

  const at = () => steps.find((one) => !one.hidden).dataset.step;
  const show = (name) => {
    for (const one of steps) one.hidden = one.dataset.step !== name;
    seconds = IDLE;
    count();
    const now = steps.find((one) => one.dataset.step === name);
    now.focus({ preventScroll: true });
    scrollTo(0, 0);
  };
  /* Nothing of the last person stays: a page in another language is left as well, where there is a network. */
  const band = document.querySelector('[data-step="pledge"] [name="band"]');
  const clear = () => {
    band.value = "";
    if (location.search && navigator.onLine) location.replace("/kiosk");
    else show("age");
  };
  const count = () => {
    countdown.hidden = at() === "age" || at() === "closed";
    left.textContent = String(seconds);
  };
  setInterval(() => {
    if (Date.now() >= ends) { if (at() !== "closed") show("closed"); return; }
    if (at() === "age" && !location.search) return;
    seconds -= 1;
    if (seconds <= 0) clear();
    else count();
  }, 1000);
  const stir = () => { seconds = IDLE; count(); };
  for (const kind of ["pointerdown", "keydown", "scroll"]) addEventListener(kind, stir, { passive: true });
  document.querySelector("#stay").addEventListener("click", stir);

  const say = (waits) => { queue.textContent = waits ? queue.dataset.words : ""; };

  /* One after another; what was sent and not acknowledged is sent again with the same key. */
  const send = async () => {
    const all = (await kept("readonly", (store) => store.getAll())).filter((one) => one.site === SITE);
    const now = Date.now();
    const entries = all.slice(0, MOST).map((one) => ({ key: one.key, site: one.site, pledge: one.pledge, ago: Math.max(0, now - one.made) }));
    let answer;
    try {
      answer = await fetch("/kiosk/sync", {
        method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ entries, waiting: all.length }),
      });
    } catch {
      say(all.length);
      return;
    }
    if (!answer.ok) { if (answer.status === 410) show("closed"); return; }
    const said = await answer.json();
    await kept("readwrite", (store) => { said.settled.forEach((key) => store.delete(key)); });
    say(0);
    hear(said.left);
    if (said.open === (at() === "closed")) show(said.open ? "age" : "closed");
    if (said.settled.length && all.length > said.settled.length) await send();
  };
  const sync = () => {
    sending = (sending || Promise.resolve()).then(send).catch(() => undefined);
    return sending;
  };
  addEventListener("online", sync);
  setInterval(sync, 30000);

  const name = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
  const give = async (pledge) => {
    await kept("readwrite", (store) => store.put({ key: name(), site: SITE, pledge, made: Date.now() }));
    sync();
  };
  /* Nobody is thanked for what is not kept: where storage is off, the form is sent as without scripts. */
  let giving = false;
  let storeless = false;
  const pledge = async (form, pressed) => {
    if (giving) return;
    giving = true;
    try {
      await give(pressed.value);
      show("thanks");
    } catch {
      storeless = true;
      setTimeout(() => form.requestSubmit(pressed)); /* not while this very form is being submitted */
    } finally {
      giving = false;
    }
  };

  document.addEventListener("submit", async (event) => {
    if (storeless) return;
    event.preventDefault();
    const pressed = event.submitter || {};
    if (pressed.name === "band") {
      band.value = pressed.value;
      if (pressed.value === "u13") { show("young"); await give(null); }
      else show(pressed.value === "22+" ? "adult" : "pledge");
    } else if (pressed.name === "pledge") {
      await pledge(event.target, pressed);
    } else {
      clear();
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-go]");
    if (!link) return;
    event.preventDefault();
    if (link.dataset.go === "age") clear();
    else show(link.dataset.go);
  });

  const full = document.querySelector("#full");
  if (document.documentElement.requestFullscreen) {
    full.hidden = false;
    full.addEventListener("click", () => document.documentElement.requestFullscreen().catch(() => undefined));
    document.addEventListener("fullscreenchange", () => { full.hidden = Boolean(document.fullscreenElement); });
  }
  addEventListener("pageshow", (event) => { if (event.persisted) show("age"); });
  count();
  if (navigator.serviceWorker) {
    navigator.serviceWorker.register("/kiosk/worker.js", { scope: "/kiosk" }).then(() => { body.dataset.worker = "on"; }, () => undefined);
  }
  sync();
})();
