/** All pages of the phone in one piece: without a line nothing can be fetched later. */
export { AcceptanceList, AcceptancePage } from "./acceptance";
export { default as Inspection } from "./app";
export { default as Confirm } from "./confirm";
export { default as Near } from "./near";
export { default as Plan } from "./plan";
export { default as Queue } from "./queue";
export { default as Today } from "./today";
export { default as VisitPage } from "./visit";
