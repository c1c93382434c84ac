import { lazy, Suspense } from "react";
import { createBrowserRouter, Outlet } from "react-router";
import { Crashed, NotFound } from "./errors";
import { Guard } from "./guard";

const Shell = lazy(() => import("./shell"));
const SignIn = lazy(() => import("../pages/sign-in"));
const Overview = lazy(() => import("../pages/overview"));
const LiveWall = lazy(() => import("../pages/live-wall"));
const Alerts = lazy(() => import("../pages/alerts"));
const Hazards = lazy(() => import("../pages/hazards"));
const Project = lazy(() => import("../pages/project"));
const Claims = lazy(() => import("../pages/claims"));
const Claim = lazy(() => import("../pages/claim"));
const Filing = lazy(() => import("../pages/filing"));
const Rules = lazy(() => import("../pages/rules"));
const Reports = lazy(() => import("../pages/reports"));
const Setup = lazy(() => import("../pages/setup"));
const CameraSetup = lazy(() => import("../pages/camera-setup"));
const AuditLog = lazy(() => import("../pages/audit-log"));

const phone = () => import("../inspector/pages");

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
        path: "/inspection",
        lazy: async () => ({ Component: (await phone()).Inspection }),
        children: [
          {
            errorElement: <Crashed />,
            children: [
              { index: true, lazy: async () => ({ Component: (await phone()).Today }) },
              { path: "near", lazy: async () => ({ Component: (await phone()).Near }) },
              { path: "alerts/:alert", lazy: async () => ({ Component: (await phone()).Confirm }) },
              { path: "visits/new", lazy: async () => ({ Component: (await phone()).VisitPage }) },
              { path: "visits/:visit", lazy: async () => ({ Component: (await phone()).VisitPage }) },
              { path: "plan", lazy: async () => ({ Component: (await phone()).Plan }) },
              { path: "acceptance", lazy: async () => ({ Component: (await phone()).AcceptanceList }) },
              { path: "acceptance/:project/:milestone", lazy: async () => ({ Component: (await phone()).AcceptancePage }) },
              { path: "outbox", lazy: async () => ({ Component: (await phone()).Queue }) },
              { path: "*", element: <NotFound /> },
            ],
          },
        ],
      },
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
              { element: <Guard area="hazards" />, children: [{ path: "/hazards", element: <Hazards /> }] },
              {
                element: <Guard area="claims" />,
                children: [
                  { path: "/claims", element: <Claims /> },
                  { path: "/claims/new", element: <Filing /> },
                  { path: "/claims/:claim", element: <Claim /> },
                ],
              },
              { element: <Guard area="rules" />, children: [{ path: "/rules", element: <Rules /> }] },
              { element: <Guard area="reports" />, children: [{ path: "/reports", element: <Reports /> }] },
              {
                element: <Guard area="setup" />,
                children: [
                  { path: "/setup", element: <Setup /> },
                  { path: "/setup/:project/:camera", element: <CameraSetup /> },
                ],
              },
              { element: <Guard area="auditLog" />, children: [{ path: "/audit-log", element: <AuditLog /> }] },
              { path: "*", element: <NotFound /> },
            ],
          },
        ],
      },
    ],
  },
]);
