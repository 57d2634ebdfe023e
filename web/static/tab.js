"use strict";
/* Ends a chat with its tab. Without scripts the page's own words say what holds. */
(() => {
  const GRACE = 10000;
  const root = document.documentElement;
  const [arrived] = performance.getEntriesByType("navigation");
  const isReturn = Boolean(arrived) && arrived.type === "back_forward";
  const read = () => { try { return JSON.parse(sessionStorage.getItem("chat")); } catch { return null; } };
  const write = (kept) => { try { sessionStorage.setItem("chat", JSON.stringify(kept)); } catch { /* storage is off */ } };
  const forget = () => { try { sessionStorage.removeItem("chat"); } catch { /* storage is off */ } };
  const change = (how) => { const kept = read(); if (kept) write({ ...kept, ...how }); };
  /* The chat's own script calls this after each answer. */
  window.noteTab = ({ dataset: { path, page } }) => (page ? write({ path, page, alive: Date.now() }) : forget());

  /* A browser that was closed and opened again brings its tabs back, and what they kept. Going back within our pages,
     or coming back to a phone that had put the page aside, looks the same but for what the tab noted last. */
  const wasClosed = (kept) => {
    if (!kept) return true;
    if (kept.staying || (kept.hidden && !kept.closing)) return false;
    return Date.now() - (kept.closing || kept.alive) > GRACE;
  };
  if (isReturn) root.hidden = true;

  let staying = false;
  const stay = () => { staying = true; setTimeout(() => { staying = false; }, 4000); };
  document.addEventListener("click", (event) => { if (event.target.closest("a[href]")) stay(); });
  document.addEventListener("submit", (event) => {
    if (/\/(done|own|forget)$/.test(event.target.action)) forget();
    if (!event.defaultPrevented) stay();
  });
  if (window.navigation) window.navigation.addEventListener("navigate", (event) => { if (!event.hashChange) stay(); });

  addEventListener("pagehide", () => {
    const now = read();
    if (!now) return;
    change(staying ? { staying } : { closing: Date.now() });
    if (!staying) navigator.sendBeacon(`${now.path}/closed?page=${now.page}`);
  });
  document.addEventListener("visibilitychange", () => change({ hidden: document.hidden, alive: Date.now() }));
  setInterval(() => { if (!document.hidden) change({ alive: Date.now() }); }, 2000);
  /* A page that the browser kept aside is asked for again, so that it shows nothing that is over. */
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  document.addEventListener("DOMContentLoaded", () => {
    const chat = document.querySelector("#chat");
    const known = read();
    if (chat && chat.dataset.page && isReturn && wasClosed(known)) {
      navigator.sendBeacon(`${chat.dataset.path}/closed?page=${chat.dataset.page}`);
      forget();
      location.replace("/");
      return;
    }
    root.hidden = false;
    if (chat) window.noteTab(chat);
    else change({ staying: undefined, closing: undefined, hidden: document.hidden, alive: Date.now() });
    if (document.querySelector("#over")) forget();
    /* In the same tab the same chat goes on, whichever of our pages lay between. */
    if (known && !chat) {
      for (const form of document.querySelectorAll('form[action="/chat"]')) form.action = known.path;
      for (const link of document.querySelectorAll('a[href="/chat"]:not([data-new])')) link.href = known.path;
    }
  });
})();
