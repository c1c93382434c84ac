import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import ConfigProvider from "antd/es/config-provider";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { StrictMode, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";
import { ApiError } from "./api/client";
import { me } from "./api/queries";
import { ClockProvider } from "./app/clock";
import { router } from "./app/routes";
import { theme } from "./app/theme";
import { ToastProvider } from "./app/toast";
import { LanguageProvider, useLanguage } from "./i18n/language";
import "antd/dist/reset.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/pieces.css";

const RETRIES = 2;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => count < RETRIES && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
});

// A session that ends while people work sends them to the sign-in, wherever they are.
queries.getQueryCache().subscribe(({ type, query }) => {
  const error = query.state.error;
  if (type !== "updated" || !(error instanceof ApiError) || error.status !== 401) return;
  if (query.queryKey[0] !== me.queryKey[0] && queries.getQueryData(me.queryKey)) void queries.resetQueries(me);
});

function Localised({ children }: { children: ReactNode }) {
  const { language } = useLanguage();
  return (
    <ConfigProvider theme={theme} locale={language === "zh" ? zhCN : enUS} button={{ autoInsertSpace: false }}>
      <ToastProvider>{children}</ToastProvider>
    </ConfigProvider>
  );
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <LanguageProvider>
          <Localised>
            <ClockProvider every={5_000}>
              <RouterProvider router={router} />
            </ClockProvider>
          </Localised>
        </LanguageProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
