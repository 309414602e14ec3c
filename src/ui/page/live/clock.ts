import { signal } from "@preact/signals";

/** The time, as displays that count up or down read it: once a second. */
export const now = signal(Date.now());

setInterval(() => {
  if (document.visibilityState === "visible") now.value = Date.now();
}, 1000);
