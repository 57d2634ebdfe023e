"use strict";
/* Turns the sign on this device on, at its person's own tap; where the browser has no such thing nothing is shown. */
(() => {
  const box = document.querySelector("#push");
  const button = document.querySelector("#push-on");
  if (!box || !navigator.serviceWorker || !window.PushManager || !window.Notification) return;
  const worker = `/static/push_worker.js?said=${encodeURIComponent(box.dataset.said)}`;
  box.hidden = false;

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat((4 - (text.length % 4)) % 4));
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
  };

  const turnOn = async () => {
    if ((await Notification.requestPermission()) !== "granted") throw new Error("not allowed");
    const registered = await navigator.serviceWorker.register(worker, { scope: "/static/" });
    const given = await registered.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.key) });
    const answer = await fetch("/chat/push", {
      method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json" }, body: JSON.stringify(given),
    });
    if (!answer.ok) { await given.unsubscribe(); throw new Error("not kept"); }
    location.reload();
  };

  if (button) {
    button.addEventListener("click", () => turnOn().catch(() => { document.querySelector("#push-failed").hidden = false; }));
  }
  /* Whatever turns it off here takes the browser's own subscription along. */
  document.addEventListener("submit", (event) => {
    if (!/\/chat\/(push\/off|forget)$/.test(event.target.action)) return;
    navigator.serviceWorker.getRegistration("/static/").then((kept) => kept && kept.unregister());
  });
})();
