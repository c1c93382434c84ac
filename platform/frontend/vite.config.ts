import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { phoneFiles } from "./phone-files.ts";

const backend = process.env["SITEWARD_DEV_BACKEND"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), phoneFiles()],
  build: {
    outDir: "../siteward_platform/web",
    emptyOutDir: true,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      input: { index: "index.html", "phone-worker": "src/inspector/worker.ts" },
      output: {
        // A worker's address must not change, or phones would keep the old one for good.
        entryFileNames: ({ name }) => (name === "phone-worker" ? "phone-worker.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: {
    proxy: { "/api": { target: backend, ws: true } },
  },
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.{ts,tsx}"],
  },
});
