import message from "antd/es/message";
import notification from "antd/es/notification";
import { createContext, useContext, useMemo, type ReactNode } from "react";

interface Toasts {
  message: ReturnType<typeof message.useMessage>[0];
  notification: ReturnType<typeof notification.useNotification>[0];
}

const Toast = createContext<Toasts | null>(null);

/** Where short messages and notices appear. antd's own App would bring its dialogs to the first page. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [messages, messageHolder] = message.useMessage();
  const [notices, noticeHolder] = notification.useNotification({ maxCount: 3 });
  const toasts = useMemo(() => ({ message: messages, notification: notices }), [messages, notices]);
  return (
    <Toast value={toasts}>
      {messageHolder}
      {noticeHolder}
      {children}
    </Toast>
  );
}

export function useToast(): Toasts {
  const toasts = useContext(Toast);
  if (!toasts) throw new Error("useToast outside ToastProvider");
  return toasts;
}
