import { Button, Drawer, Tag as Chip } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { hazard as hazardQuery } from "../api/queries";
import type { HazardDetail } from "../api/types";
import { useNow } from "../app/clock";
import { exact, moment } from "../format/time";
import { useLanguage, word } from "../i18n/language";
import { Evidence } from "../ui/evidence";
import { Loaded } from "../ui/state";
import { SeverityTag, Tag } from "../ui/tag";
import { HazardClock, StateTag } from "./state";
import { StepForm } from "./step-form";
import { formsOf, type Step } from "./steps";

export function HazardDrawer({ id, onClose }: { id: number | null; onClose: () => void }) {
  const { t } = useLanguage();
  const query = useQuery({ ...hazardQuery(id ?? 0), enabled: id !== null });
  return (
    <Drawer open={id !== null} onClose={onClose} size="min(760px, 100vw)" title={t.nav.hazards} destroyOnHidden>
      {id !== null && (
        <Loaded query={query} rows={12}>
          {(hazard) => <Case key={hazard.id} hazard={hazard} />}
        </Loaded>
      )}
    </Drawer>
  );
}

function Case({ hazard }: { hazard: HazardDetail }) {
  const { t } = useLanguage();
  const words = t.hazards;
  return (
    <article className="hazard-case" data-testid="hazard-case">
      <header>
        <div className="hazard-tags">
          <SeverityTag severity={hazard.severity} />
          <StateTag state={hazard.state} />
          {hazard.supervised && <Tag tone="grave">{words.supervised}</Tag>}
          {hazard.suspended && <Tag tone="bad">{words.suspended}</Tag>}
          <span className="sub mono">№ {hazard.id}</span>
        </div>
        <h2>{word(t.kinds, hazard.kind)}</h2>
        <p>{hazard.description}</p>
        <p className="sub">{words.found(hazard.found_by, hazard.found_on)}</p>
        {hazard.clause && <p className="sub">{`${words.clause}${t.common.colon}${hazard.clause}`}</p>}
        <HazardClock hazard={hazard} />
        {hazard.look_back_due && hazard.state !== "look_back" && <p className="sub">{words.lookBackDue(hazard.look_back_due)}</p>}
      </header>
      <Next key={hazard.state} hazard={hazard} />
      <Pictures hazard={hazard} />
      <Orders hazard={hazard} />
      <History hazard={hazard} />
    </article>
  );
}

function Next({ hazard }: { hazard: HazardDetail }) {
  const { t } = useLanguage();
  const forms = formsOf(hazard);
  const [step, setStep] = useState<Step | null>(null);
  const words = t.hazards;
  return (
    <section className="hazard-next">
      <h3>{words.next}</h3>
      {forms.length === 0 && <p className="sub">{words.nothingNext}</p>}
      <div className="hazard-steps">
        {forms.map((form, index) => (
          <Button
            key={form}
            type={index === 0 && step === null ? "primary" : "default"}
            aria-pressed={form === step}
            data-testid={`step-${form}`}
            onClick={() => { setStep(form === step ? null : form); }}
          >
            {words.steps[form]}
          </Button>
        ))}
      </div>
      {step && <StepForm key={step} hazard={hazard} step={step} onDone={() => { setStep(null); }} />}
    </section>
  );
}

function Pictures({ hazard }: { hazard: HazardDetail }) {
  const { t } = useLanguage();
  const words = t.hazards;
  const before = hazard.pictures.filter(({ part }) => part === "before");
  const after = hazard.pictures.filter(({ part }) => part !== "before");
  return (
    <section>
      <h3>{words.pictures}</h3>
      <div className="pair-pictures">
        <Column pictures={before} empty={words.noBefore} />
        <Column pictures={after} empty={words.noAfter} />
      </div>
    </section>
  );
}

function Column({ pictures, empty }: { pictures: HazardDetail["pictures"]; empty: string }) {
  const { t } = useLanguage();
  const words = t.hazards;
  if (pictures.length === 0) return <p className="no-picture sub">{empty}</p>;
  return (
    <div className="hazard-pictures">
      {pictures.map((picture) => (
        <figure key={picture.sha256}>
          <Evidence sha256={picture.sha256} signature={picture.signature} alt={words.parts[picture.part]} />
          <figcaption>
            {words.parts[picture.part]} · {exact(picture.ts)} ·{" "}
            {picture.camera
              ? `${words.fromCamera} ${picture.camera}`
              : words.fromPhone(picture.distance === null ? "—" : String(Math.round(picture.distance)))}
          </figcaption>
        </figure>
      ))}
    </div>
  );
}

function Orders({ hazard }: { hazard: HazardDetail }) {
  const { t } = useLanguage();
  const words = t.hazards;
  return (
    <section>
      <h3>{words.orders}</h3>
      {hazard.orders.length === 0 && <p className="sub">{words.noOrders}</p>}
      <ul className="orders">
        {hazard.orders.map((order) => (
          <li key={order.number}>
            <span>
              <strong>{words.orderKinds[order.kind]}</strong> <span className="mono">{order.number}</span>
            </span>
            <span className="sub">
              {order.addressee} · {words.orderDue(order.due)} · {order.issued_by}
            </span>
            <a href={`/api/v1/hazards/${String(hazard.id)}/orders/${encodeURIComponent(order.number)}`} target="_blank" rel="noreferrer">
              {words.print}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function History({ hazard }: { hazard: HazardDetail }) {
  const { t, say } = useLanguage();
  const now = useNow();
  return (
    <section>
      <h3>{t.hazards.history}</h3>
      <ol className="hazard-history">
        {hazard.history.map((step) => (
          <li key={`${step.at} ${step.action}`}>
            <time title={exact(step.at)}>{moment(step.at, now)}</time>
            <span>{say(step.text)}</span>
            <Chip>{word(t.common.actors, step.who)}</Chip>
          </li>
        ))}
      </ol>
    </section>
  );
}
