import { useQuery } from "@tanstack/react-query";
import type { Paper, ProjectDetail } from "../api/types";
import { useNow } from "../app/clock";
import { moment } from "../format/time";
import { useLanguage, word } from "../i18n/language";
import { Loaded, Notice } from "../ui/state";
import { Tag } from "../ui/tag";
import { papers as papersQuery } from "./queries";

/** The register of papers, newest first. */
export function Papers({ project }: { project: ProjectDetail }) {
  const { t } = useLanguage();
  const query = useQuery(papersQuery(project.id));
  const words = t.rooms.papers;
  return (
    <section className="panel" id="papers">
      <h2>{words.heading}</h2>
      <Loaded query={query} rows={4}>
        {(papers) => (papers.length === 0 ? <Notice title={words.empty} note={words.emptyNote} /> : <Register papers={papers} />)}
      </Loaded>
    </section>
  );
}

function Register({ papers }: { papers: Paper[] }) {
  const { t } = useLanguage();
  const now = useNow();
  const words = t.rooms.papers;
  return (
    <ul className="papers">
      {[...papers].reverse().map((paper) => (
        <li key={paper.id}>
          <Tag tone={paper.voided_at ? "plain" : "calm"}>{word(words.kinds, paper.kind)}</Tag>
          <span className={paper.voided_at ? "papers-gist papers-void" : "papers-gist"}>{gist(paper)}</span>
          <span className="sub">
            {words.by(paper.entered_by)} · {moment(paper.entered_at, now)}
            {paper.voided_at && ` · ${words.voided}${t.common.colon}${paper.void_reason}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What tells one paper from another: its own words and numbers. */
function gist({ body }: Paper): string {
  return Object.entries(body)
    .filter(([name, value]) => name !== "kind" && (typeof value === "string" || typeof value === "number") && value !== "")
    .map(([, value]) => String(value))
    .join(" · ");
}
