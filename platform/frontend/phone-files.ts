import { createHash } from "node:crypto";
import type { Plugin, Rollup } from "vite";

/** What the phone's pages need beside their code. */
const STATIC = ["/index.html", "/logo.svg", "/inspection.webmanifest", "/icon-192.png", "/icon-512.png"];

/**
 * Tells the phone's worker which files to keep: all that the first page and the phone's pages
 * consist of, and nothing of the desk's, which an inspector would pay for without using it.
 */
export function phoneFiles(): Plugin {
  return {
    name: "siteward-phone-files",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((output) => output.type === "chunk");
      const start = chunks.filter(({ name, isEntry, facadeModuleId }) => (isEntry && name !== "phone-worker") || facadeModuleId?.endsWith("/inspector/pages.ts") || facadeModuleId?.endsWith("/pages/sign-in.tsx"));
      const files = [...new Set([...start.flatMap((chunk) => filesOf(chunk, bundle)), ...STATIC])].sort();
      const worker = chunks.find(({ name }) => name === "phone-worker");
      if (!worker || start.length < 2) this.error("the phone's pages or their worker are not in the build");
      const contents = files.map((file) => bundle[file.slice(1)]).map((output) => (output?.type === "chunk" ? output.code : String(output?.source ?? "")));
      const version = createHash("sha256").update([...files, ...contents].join("\n")).digest("hex").slice(0, 12);
      worker.code = worker.code.replaceAll("__PHONE_FILES__", JSON.stringify(files)).replaceAll("__PHONE_VERSION__", JSON.stringify(version));
    },
  };
}

function filesOf(chunk: Rollup.OutputChunk, bundle: Rollup.OutputBundle, seen = new Set<string>()): string[] {
  if (seen.has(chunk.fileName)) return [];
  seen.add(chunk.fileName);
  const css = [...(chunk.viteMetadata?.importedCss ?? [])];
  const below = chunk.imports.map((file) => bundle[file]).filter((output) => output?.type === "chunk");
  return [...[chunk.fileName, ...css].map((file) => `/${file}`), ...below.flatMap((other) => filesOf(other, bundle, seen))];
}
