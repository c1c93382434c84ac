import AlertOutlined from "@ant-design/icons/es/icons/AlertOutlined";
import AppstoreOutlined from "@ant-design/icons/es/icons/AppstoreOutlined";
import AuditOutlined from "@ant-design/icons/es/icons/AuditOutlined";
import FileTextOutlined from "@ant-design/icons/es/icons/FileTextOutlined";
import EnvironmentOutlined from "@ant-design/icons/es/icons/EnvironmentOutlined";
import PayCircleOutlined from "@ant-design/icons/es/icons/PayCircleOutlined";
import ProfileOutlined from "@ant-design/icons/es/icons/ProfileOutlined";
import SafetyOutlined from "@ant-design/icons/es/icons/SafetyOutlined";
import SettingOutlined from "@ant-design/icons/es/icons/SettingOutlined";
import VideoCameraOutlined from "@ant-design/icons/es/icons/VideoCameraOutlined";

export const ICONS = {
  overview: <AppstoreOutlined />,
  live: <VideoCameraOutlined />,
  alerts: <AlertOutlined />,
  hazards: <SafetyOutlined />,
  claims: <PayCircleOutlined />,
  rules: <ProfileOutlined />,
  reports: <FileTextOutlined />,
  setup: <SettingOutlined />,
  inspection: <EnvironmentOutlined />,
  auditLog: <AuditOutlined />,
};

/** Our mark: a site roof over a watching eye, standing on a line. */
export function Logo({ size }: { size: number }) {
  return <img src="/logo.svg" width={size} height={size} alt="" />;
}
