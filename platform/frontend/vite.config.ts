import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const backend = process.env["SITEWARD_DEV_BACKEND"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../siteward_platform/web",
    emptyOutDir: true,
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: { "/api": { target: backend, ws: true } },
  },
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.{ts,tsx}"],
  },
});
