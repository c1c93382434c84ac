import type { Photo, Place, Source } from "./entries";

const KEEP_AS_IT_IS = 6 * 1024 * 1024;
const LONGEST_SIDE = 2560;
const QUALITY = 0.88;

/** A picture cannot be read, or this phone has no room for it. */
export class PictureError extends Error {
  readonly reason: "unreadable" | "no_room" | "insecure";

  constructor(reason: PictureError["reason"]) {
    super(reason);
    this.reason = reason;
  }
}

/** SHA-256 of a picture's bytes in hexadecimal. Needs HTTPS, as every browser demands. */
export async function sha256(blob: Blob): Promise<string> {
  if (!window.isSecureContext) throw new PictureError("insecure");
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A JPEG of bearable size: the camera's own bytes where they are that, else drawn again. */
export async function asJpeg(file: Blob): Promise<Blob> {
  if (file.type === "image/jpeg" && file.size <= KEEP_AS_IT_IS) return file;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new PictureError("unreadable");
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  return drawn(bitmap, Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
}

/** The picture a video shows now. */
export function frameOf(video: HTMLVideoElement): Promise<Blob> {
  return drawn(video, video.videoWidth, video.videoHeight);
}

function drawn(source: CanvasImageSource, width: number, height: number): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.drawImage(source, 0, 0, width, height);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => {
        if (blob) resolve(blob);
        else reject(new PictureError("unreadable"));
      },
      "image/jpeg",
      QUALITY,
    );
  });
}

/** A file counts as taken now only if it was made after the button for it was pressed. */
export function sourceOf(file: File, pressed: number): Source {
  return file.lastModified >= pressed - 2000 ? "capture" : "file";
}

export interface Taken {
  blob: Blob;
  source: Source;
  taken_at: string;
  place: Place | null;
  heading: number | null;
}

/** A picture as it is kept until it is sent, hashed before anything else happens to it. */
export async function asPhoto(taken: Taken, owner: string, project: string): Promise<Photo> {
  const blob = await asJpeg(taken.blob);
  return {
    ...taken,
    blob,
    id: crypto.randomUUID(),
    owner,
    project,
    sha256: await sha256(blob),
    size: blob.size,
    offset: 0,
    state: "waiting",
    failure: null,
  };
}

export function outOfRoom(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}
