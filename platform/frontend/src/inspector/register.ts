/** Lets the browser keep these pages, and asks it not to throw away what is not sent yet. */
export function register() {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  void navigator.serviceWorker.register("/phone-worker.js", { scope: "/inspection", type: "module" });
  void navigator.storage?.persist?.();
}
