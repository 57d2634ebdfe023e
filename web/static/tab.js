"use strict";
/* Ends a chat with its tab. Without scripts the page's own words say what holds. */
(() => {
  const chat = document.querySelector("#chat");
  const read = () => { try { return JSON.parse(sessionStorage.getItem("chat")); } catch { return null; } };
  const forget = () => { try { sessionStorage.removeItem("chat"); } catch { /* storage is off */ } };
  const note = (path, page) => { try { sessionStorage.setItem("chat", JSON.stringify({ path, page })); } catch { /* storage is off */ } };

  /* The chat's own script calls this after each answer. */
  window.noteTab = (from) => (from.dataset.page ? note(from.dataset.path, from.dataset.page) : forget());
  if (chat) window.noteTab(chat);
  if (document.querySelector("#over")) forget();

  /* In the same tab the same chat goes on, whichever of our pages lay between. */
  const known = read();
  if (known && !chat) {
    for (const form of document.querySelectorAll('form[action="/chat"]')) form.action = known.path;
    for (const link of document.querySelectorAll('a[href="/chat"]:not([data-new])')) link.href = known.path;
  }

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
    if (now && !staying) navigator.sendBeacon(`${now.path}/closed?page=${now.page}`);
  });
  /* A page that the browser kept aside is asked for again, so that it shows nothing that is over. */
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
