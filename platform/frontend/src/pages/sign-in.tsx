import { useQuery } from "@tanstack/react-query";
import { Navigate, useLocation } from "react-router";
import { ApiError } from "../api/client";
import { me } from "../api/queries";
import { Logo } from "../app/icons";
import { useSignIn } from "../app/session";
import { useLanguage } from "../i18n/language";
import { Lamp } from "../ui/light";
import "../styles/sign-in.css";

export default function SignIn() {
  const { t, toggle } = useLanguage();
  const who = useQuery(me);
  const signIn = useSignIn();
  const from = (useLocation().state as { from?: string } | null)?.from ?? "/";
  if (who.data) return <Navigate to={from} replace />;
  return (
    <div className="sign-in">
      <section className="sign-in-story">
        <div className="sign-in-brand">
          <Logo size={44} />
          <strong>Siteward</strong>
        </div>
        <h1>{t.product.title}</h1>
        <p>{t.product.tagline}</p>
        <ul>
          {t.signIn.points.map((point) => (
            <li key={point}>
              <Lamp light="green" />
              {point}
            </li>
          ))}
        </ul>
        <Skyline />
      </section>
      <section className="sign-in-side">
        <button type="button" className="sign-in-language" onClick={toggle}>
          {t.common.language}
        </button>
        <div className="sign-in-form">
          <h2>{t.signIn.heading}</h2>
          <p className="sub">{t.product.street}</p>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              const filled = new FormData(event.currentTarget);
              signIn.mutate({ username: text(filled, "username"), password: text(filled, "password") });
            }}
          >
            <label>
              {t.signIn.username}
              <input
                name="username"
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                required
                autoFocus
                data-testid="sign-in-username"
              />
            </label>
            <label>
              {t.signIn.password}
              <input
                name="password"
                type="password"
                autoComplete="current-password"
                required
                data-testid="sign-in-password"
              />
            </label>
            <div className="sign-in-error" role="alert">
              {signIn.error && refusal(signIn.error)}
            </div>
            <button type="submit" disabled={signIn.isPending} aria-busy={signIn.isPending} data-testid="sign-in-submit">
              {t.signIn.submit}
            </button>
          </form>
          <p className="sub">{t.signIn.note}</p>
        </div>
      </section>
    </div>
  );
}

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

function refusal(error: Error): string {
  const remedy = error instanceof ApiError ? error.failure.remedy : "";
  return remedy ? `${error.message}。${remedy}` : error.message;
}

function Skyline() {
  return (
    <svg className="skyline" viewBox="0 0 640 200" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
      <g fill="none" stroke="currentColor" strokeWidth="2" strokeLinejoin="round">
        <path d="M0 199h640" />
        <path d="M40 199v-92h96v92M40 130h96M40 153h96M40 176h96M72 107v92M104 107v92" />
        <path d="M176 199V84l70-40 70 40v115M176 110h140M176 140h140M176 170h140M211 84v115M246 64v135M281 84v115" />
        <path d="M404 199V22M418 199V22M404 40l14 14-14 14 14 14-14 14 14 14-14 14 14 14-14 14 14 14-14 14" />
        <path d="M340 34h236M411 8 346 34M411 8l160 26M411 8v14M548 34v58M541 92h14v10h-14z" />
        <path d="M470 199v-64h120v64M470 157h120M470 178h120M510 135v64M550 135v64" />
      </g>
    </svg>
  );
}
