import { useEffect, useRef, useState, type ChangeEvent } from "react";
import { Camera } from "./camera";
import { useOutbox, useToday, queueChanged } from "./day";
import type { Photo } from "./entries";
import { asPhoto, outOfRoom, PictureError, sourceOf, type Taken } from "./picture";
import { useHere } from "./place";
import { dropPhoto, keepPhoto } from "./store";
import { useWords } from "./words";

const AT_MOST = 12;

interface Props {
  ids: string[];
  project: string;
  onChange: (ids: string[]) => void;
  label?: string;
}

/** Photos of one act: taken here, hashed at once, kept on the phone until the server has them. */
export function Photos({ ids, project, onChange, label }: Props) {
  const { w } = useWords();
  const { who } = useToday();
  const { photos } = useOutbox();
  const here = useHere();
  const [trouble, setTrouble] = useState("");
  const [open, setOpen] = useState(false);
  const pressed = useRef(0);
  const latest = useRef(ids); // two shots may be on their way at once
  useEffect(() => {
    latest.current = ids;
  }, [ids]);

  async function add(found: Pick<Taken, "blob" | "source" | "taken_at">[]) {
    setTrouble("");
    for (const { blob, source, taken_at } of found.slice(0, AT_MOST - latest.current.length)) {
      // Where and whither we look now says nothing of an older picture.
      const now = source !== "file";
      try {
        const taken = { blob, source, taken_at, place: now ? here.place : null, heading: now ? here.heading() : null };
        const photo = await asPhoto(taken, who.username, project);
        await keepPhoto(photo);
        latest.current = [...latest.current, photo.id];
        onChange(latest.current);
      } catch (error) {
        if (error instanceof PictureError) setTrouble(w.photos[error.reason]);
        else if (outOfRoom(error)) setTrouble(w.photos.no_room);
        else throw error;
      }
    }
    queueChanged();
  }

  function chosen(event: ChangeEvent<HTMLInputElement>) {
    const files = [...(event.target.files ?? [])];
    event.target.value = "";
    void add(
      files.map((file) => {
        const source = sourceOf(file, pressed.current);
        return { blob: file, source, taken_at: new Date(source === "file" ? file.lastModified : Date.now()).toISOString() };
      }),
    );
  }

  function press() {
    pressed.current = Date.now();
    here.locate();
    here.watchCompass();
  }

  async function remove(id: string) {
    await dropPhoto(id);
    latest.current = latest.current.filter((other) => other !== id);
    onChange(latest.current);
    queueChanged();
  }

  const full = ids.length >= AT_MOST;
  return (
    <section className="field-photos" aria-label={label ?? w.photos.heading}>
      {ids.length > 0 && (
        <ul>
          {ids.map((id, index) => {
            const photo = photos.get(id);
            return photo && <Thumb key={id} photo={photo} name={w.photos.alt(String(index + 1))} onRemove={() => void remove(id)} />;
          })}
        </ul>
      )}
      <div className="field-photo-buttons">
        <button
          type="button"
          className="field-button"
          disabled={full}
          onClick={() => {
            press();
            setOpen(true);
          }}
        >
          {w.photos.take}
        </button>
        <label className={full ? "field-button field-off" : "field-button"}>
          {w.photos.phone}
          <input type="file" accept="image/jpeg,image/*" capture="environment" disabled={full} onClick={press} onChange={chosen} />
        </label>
        <label className={full ? "field-button field-off" : "field-button"}>
          {w.photos.choose}
          <input
            type="file"
            accept="image/jpeg,image/*"
            multiple
            disabled={full}
            data-testid="choose-photo"
            onClick={() => {
              pressed.current = Infinity; // from the album nothing counts as taken now
            }}
            onChange={chosen}
          />
        </label>
      </div>
      {full && <p className="sub">{w.photos.most}</p>}
      {trouble && (
        <p role="alert" className="field-trouble">
          {trouble}
        </p>
      )}
      {open && (
        <Camera
          onClose={() => {
            setOpen(false);
          }}
          onTaken={(blob) => void add([{ blob, source: "camera", taken_at: new Date().toISOString() }])}
          count={ids.length}
        />
      )}
    </section>
  );
}

function Thumb({ photo, name, onRemove }: { photo: Photo; name: string; onRemove: () => void }) {
  const { w } = useWords();
  const picture = useRef<HTMLImageElement>(null);
  useEffect(() => {
    if (!photo.blob || !picture.current) return;
    const url = URL.createObjectURL(photo.blob);
    picture.current.src = url;
    return () => {
      URL.revokeObjectURL(url);
    };
  }, [photo.blob]);
  const { heading, place, source } = photo;
  return (
    <li>
      <img ref={picture} alt={name} width={96} height={72} />
      <span>
        <strong>{w.photos.sources[source]}</strong>
        <br />
        {place ? w.photos.place(String(Math.round(place.accuracy))) : w.photos.noPlace}
        {" · "}
        {heading === null ? w.photos.noHeading : w.photos.heading_(String(Math.round(heading)))}
        <br />
        <code>{photo.sha256.slice(0, 12)}</code>
      </span>
      <button type="button" className="field-remove" aria-label={`${w.photos.remove} ${name}`} onClick={onRemove}>
        ×
      </button>
    </li>
  );
}
