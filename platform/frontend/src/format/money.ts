/**
 * Money as the API sends it: a decimal string in yuan with two places. Amounts are kept as
 * whole fen in a bigint while they are reckoned with; a float never holds one.
 */
export type Yuan = string;

const YUAN = /^(-?)(\d+)(?:\.(\d{1,2})0*)?$/;

/** Reads yuan into fen; null when the text is not an amount with at most two places. */
export function toFen(text: Yuan): bigint | null {
  const match = YUAN.exec(text.replaceAll(",", "").trim());
  if (!match) return null;
  const [, sign, whole = "0", cents = ""] = match;
  const fen = BigInt(whole) * 100n + BigInt(cents.padEnd(2, "0"));
  return sign ? -fen : fen;
}

/** Writes fen as the API wants it: `2320000.00`. */
export function fromFen(fen: bigint): Yuan {
  const size = fen < 0n ? -fen : fen;
  const cents = String(size % 100n).padStart(2, "0");
  return `${fen < 0n ? "-" : ""}${String(size / 100n)}.${cents}`;
}

/** `a - b`, exactly. Throws when either is not an amount. */
export function minus(a: Yuan, b: Yuan): Yuan {
  return fromFen(fen(a) - fen(b));
}

/** `a + b`, exactly. Throws when either is not an amount. */
export function plus(a: Yuan, b: Yuan): Yuan {
  return fromFen(fen(a) + fen(b));
}

/** Whether an amount is more than nothing. */
export function isPositive(text: Yuan): boolean {
  return fen(text) > 0n;
}

/** `2,320,000.00`: digits grouped by three. */
export function grouped(text: Yuan): string {
  const [whole = "0", cents = "00"] = fromFen(fen(text)).split(".");
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${cents}`;
}

/** `¥ 2,320,000.00`. */
export function yuan(text: Yuan): string {
  return `¥ ${grouped(text)}`;
}

/** `232.00`: ten-thousands (万) of yuan, to two places; a reading aid. */
export function wan(text: Yuan): string {
  return inUnits(text, 10_000n);
}

/** `2.32`: millions of yuan, to two places; a reading aid. */
export function million(text: Yuan): string {
  return inUnits(text, 1_000_000n);
}

/** In units of so many yuan, rounded half away from zero to two places. */
function inUnits(text: Yuan, unit: bigint): string {
  const value = fen(text);
  const size = value < 0n ? -value : value;
  return `${value < 0n ? "-" : ""}${grouped(fromFen((size + unit / 2n) / unit))}`;
}

/** For charts and bars only, where a float is a length on the screen. */
export function asLength(text: Yuan): number {
  return Number(text);
}

function fen(text: Yuan): bigint {
  const value = toFen(text);
  if (value === null) throw new RangeError(`not an amount in yuan: ${text}`);
  return value;
}
