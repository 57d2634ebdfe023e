"use strict";
/* Shows the same neutral words whatever comes, and leads to the chat. */
const SAID = new URL(self.location.href).searchParams.get("said") || "Groundswell";

self.addEventListener("push", (event) => {
  event.waitUntil(self.registration.showNotification("Groundswell", { body: SAID, tag: "new", icon: "/static/mark.svg" }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow("/chat"));
});
