import { lazy, Suspense } from "react";
import { createBrowserRouter, Outlet } from "react-router";
import { Crashed, NotFound } from "./errors";
import { Guard } from "./guard";

const Shell = lazy(() => import("./shell"));
const SignIn = lazy(() => import("../pages/sign-in"));
const Overview = lazy(() => import("../pages/overview"));
const LiveWall = lazy(() => import("../pages/live-wall"));
const Alerts = lazy(() => import("../pages/alerts"));
const Project = lazy(() => import("../pages/project"));
const Claims = lazy(() => import("../pages/claims"));
const Claim = lazy(() => import("../pages/claim"));
const Filing = lazy(() => import("../pages/filing"));
const Rules = lazy(() => import("../pages/rules"));
const AuditLog = lazy(() => import("../pages/audit-log"));

export const router = createBrowserRouter([
  {
    element: (
      <Suspense fallback={null}>
        <Outlet />
      </Suspense>
    ),
    errorElement: <Crashed />,
    children: [
      { path: "/sign-in", element: <SignIn /> },
      {
        element: <Shell />,
        children: [
          {
            errorElement: <Crashed />,
            children: [
              { index: true, element: <Overview /> },
              { path: "/projects/:project", element: <Project /> },
              { element: <Guard area="live" />, children: [{ path: "/live", element: <LiveWall /> }] },
              { element: <Guard area="alerts" />, children: [{ path: "/alerts", element: <Alerts /> }] },
              {
                element: <Guard area="claims" />,
                children: [
                  { path: "/claims", element: <Claims /> },
                  { path: "/claims/new", element: <Filing /> },
                  { path: "/claims/:claim", element: <Claim /> },
                ],
              },
              { element: <Guard area="rules" />, children: [{ path: "/rules", element: <Rules /> }] },
              { element: <Guard area="auditLog" />, children: [{ path: "/audit-log", element: <AuditLog /> }] },
              { path: "*", element: <NotFound /> },
            ],
          },
        ],
      },
    ],
  },
]);
