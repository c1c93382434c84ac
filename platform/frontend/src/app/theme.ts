import type { ThemeConfig } from "antd";

export const FONT =
  '-apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';

export const theme: ThemeConfig = {
  token: {
    colorPrimary: "#0b6b7d",
    colorInfo: "#0b6b7d",
    colorLink: "#0b6b7d",
    colorSuccess: "#1c7d4d",
    colorWarning: "#a86008",
    colorError: "#bf2f2f",
    colorTextBase: "#14242e",
    colorBgLayout: "#f1f5f7",
    colorBorderSecondary: "#e1e8ec",
    colorTextPlaceholder: "#657680",
    colorTextDescription: "#536974",
    borderRadius: 6,
    fontFamily: FONT,
    fontSize: 14,
  },
  components: {
    Table: { headerBg: "#f4f7f9", cellPaddingBlockMD: 9, cellPaddingInlineMD: 12 },
    Button: { primaryShadow: "none", defaultShadow: "none" },
  },
};
