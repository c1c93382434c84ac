import { useState } from "react";
import { evidenceUrl } from "../api/queries";
import type { SignatureState } from "../api/types";
import { useLanguage } from "../i18n/language";
import { Tag, type Tone } from "./tag";

interface Props {
  sha256: string | null;
  /** What the agent's signature over it is worth; null for a picture that has not come yet. */
  signature: SignatureState | null | undefined;
  alt: string;
  box?: readonly number[] | null;
  boxLabel?: string;
  polygon?: readonly (readonly number[])[];
}

const SIGNATURE: Record<SignatureState, Tone> = {
  verified: "good",
  unsigned: "plain",
  unknown_key: "watch",
  bad_signature: "grave",
  revoked_key: "bad",
};

/** An evidence picture with the box or zone it is about and with what its signature is worth.
 * Its space is kept before it comes. */
export function Evidence({ sha256, signature, alt, box, boxLabel, polygon }: Props) {
  const { t } = useLanguage();
  const [missing, setMissing] = useState<string | null>(null);
  const [shape, setShape] = useState(16 / 9);
  if (!sha256 || missing === sha256) {
    return (
      <div className="evidence evidence-none">
        <span>{t.common.noEvidence}</span>
      </div>
    );
  }
  const [x = 0, y = 0, w = 0, h = 0] = box ?? [];
  return (
    <div className="evidence">
      <div className="evidence-fit" style={{ aspectRatio: shape }}>
        <img
          src={evidenceUrl(sha256)}
          alt={alt}
          loading="lazy"
          onLoad={(event) => {
            setShape(event.currentTarget.naturalWidth / event.currentTarget.naturalHeight);
          }}
          onError={() => {
            setMissing(sha256);
          }}
        />
        {polygon && polygon.length > 2 && (
          <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
            <polygon points={polygon.map(([px = 0, py = 0]) => `${String(px)},${String(py)}`).join(" ")} />
          </svg>
        )}
        {signature && (
          <span className="evidence-signature">
            <Tag tone={SIGNATURE[signature]}>{t.common.signatures[signature]}</Tag>
          </span>
        )}
        {box && (
          <div
            className="evidence-box"
            style={{ left: `${x * 100}%`, top: `${y * 100}%`, width: `${w * 100}%`, height: `${h * 100}%` }}
          >
            {boxLabel && <span className={y > 0.12 ? "" : "below"}>{boxLabel}</span>}
          </div>
        )}
      </div>
    </div>
  );
}
