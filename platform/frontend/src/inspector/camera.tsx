import { useEffect, useRef, useState } from "react";
import { frameOf } from "./picture";
import { useWords } from "./words";

interface Props {
  onTaken: (blob: Blob) => void;
  onClose: () => void;
  count: number;
}

/** The phone's rear camera over the whole screen, the shutter where the thumb is. */
export function Camera({ onTaken, onClose, count }: Props) {
  const { w } = useWords();
  const video = useRef<HTMLVideoElement>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const [state, setState] = useState<"opening" | "ready" | "failed">("opening");

  useEffect(() => {
    let stream: MediaStream | null = null;
    let gone = false;
    dialog.current?.showModal();
    const wanted = { video: { facingMode: "environment", width: { ideal: 2560 }, height: { ideal: 1440 } }, audio: false };
    void Promise.resolve()
      .then(() => navigator.mediaDevices.getUserMedia(wanted))
      .then(
        (opened) => {
          stream = opened;
          if (gone || !video.current) {
            stop(opened);
            return;
          }
          video.current.srcObject = opened;
        },
        () => {
          setState("failed");
        },
      );
    return () => {
      gone = true;
      if (stream) stop(stream);
    };
  }, []);

  return (
    <dialog ref={dialog} className="field-camera" aria-label={w.photos.take} onClose={onClose}>
      {state === "failed" ? (
        <p role="alert">{w.photos.noCamera}</p>
      ) : (
        <video
          ref={video}
          autoPlay
          playsInline
          muted
          onLoadedData={() => {
            setState("ready"); // there is a picture to take, not just a stream
          }}
        />
      )}
      <div className="field-camera-bar">
        <button type="button" className="field-button" onClick={onClose}>
          {w.photos.close}
        </button>
        <button
          type="button"
          className="field-shutter"
          aria-label={w.photos.shutter}
          data-testid="shutter"
          disabled={state !== "ready"}
          onClick={() => {
            if (video.current) void frameOf(video.current).then(onTaken);
          }}
        />
        <span aria-live="polite">{count > 0 ? w.photos.alt(String(count)) : ""}</span>
      </div>
    </dialog>
  );
}

function stop(stream: MediaStream) {
  for (const track of stream.getTracks()) track.stop();
}
