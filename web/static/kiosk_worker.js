"use strict";
/* Keeps the kiosk's page and what it needs, so that a tablet without a network can be loaded again. */
const KEPT = "groundswell-kiosk-1";
const NEEDED = ["/static/style.css", "/static/kiosk.js", "/static/mark.svg"];
const PATIENCE = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll([...NEEDED, "/kiosk"])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old).then(() => self.clients.claim()));
});

const network = async (request, key) => {
  const answer = await fetch(request);
  const cache = await caches.open(KEPT);
  if (answer.ok && !answer.redirected) await cache.put(key, answer.clone());
  else if (answer.status < 500) await cache.delete(key);
  return answer;
};

const kept = (key) => caches.open(KEPT).then((cache) => cache.match(key));

/* The network first, so that a kiosk that was closed stays closed; what was kept where it does not answer in time. */
const answered = async (request, key) => {
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
  const asked = network(request, key);
  try {
    const first = await Promise.race([asked, late]);
    return first || (await kept(key)) || (await asked);
  } catch {
    return (await kept(key)) || (await kept("/kiosk")) || Response.error();
  }
};

self.addEventListener("fetch", (event) => {
  const at = new URL(event.request.url);
  if (event.request.method !== "GET" || at.origin !== self.location.origin) return;
  const isPage = at.pathname === "/kiosk";
  if (!isPage && !at.pathname.startsWith("/static/")) return;
  event.respondWith(answered(event.request, isPage ? `/kiosk${at.search}` : at.pathname));
});
