/** Compares a fingerprint that was read out with the one shown. Pure. */
const GROUP = 4;
const LEAST_GROUPS = 4;

const plain = (text: string) => text.toLowerCase().replace(/[^0-9a-z]/g, "");

/** `short` while what was typed agrees but is less than four groups. */
export function compared(typed: string, shown: string): "match" | "mismatch" | "short" {
  const [said, known] = [plain(typed), plain(shown)];
  if (!known.startsWith(said)) return "mismatch";
  return said.length < Math.min(GROUP * LEAST_GROUPS, known.length) ? "short" : "match";
}
