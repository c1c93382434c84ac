import { Button, Form, Input, Modal, Radio, Select } from "antd";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError } from "../api/client";
import { claim as claimQuery } from "../api/queries";
import type { ClaimAction, ClaimDetail } from "../api/types";
import { useNow } from "../app/clock";
import { toFen, yuan } from "../format/money";
import { today } from "../format/time";
import { useToast } from "../app/toast";
import { useLanguage, word } from "../i18n/language";
import { Money } from "../ui/money";
import { ACTIONS, reductionOf, worksOf, type Field, type Values } from "./actions";

interface Props {
  action: ClaimAction;
  claim: ClaimDetail;
  onClose: () => void;
}

/** An action in two steps: fill it in, then confirm it with the exact amount before one's eyes. */
export function ActionForm({ action, claim, onClose }: Props) {
  const { t } = useLanguage();
  const { message } = useToast();
  const queries = useQueryClient();
  const now = useNow();
  const [form] = Form.useForm<Values>();
  const [filled, setFilled] = useState<Values | null>(null);
  const spec = ACTIONS[action];
  const fields = spec.fields(claim);
  const initial = spec.initial(claim, today(now));
  const send = useMutation({
    mutationFn: (values: Values) => spec.send(claim, values),
    onSuccess: (changed) => {
      queries.setQueryData(claimQuery(claim.id).queryKey, changed);
      for (const key of ["claims", "overview", "project"]) void queries.invalidateQueries({ queryKey: [key] });
      void message.success(t.claims.form.done(t.claims.actions[action]));
      onClose();
    },
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      const known = fields.filter(({ name }) => error.failure.fields[name]);
      if (known.length === 0) return;
      setFilled(null);
      form.setFields(known.map(({ name }) => ({ name, errors: [error.failure.fields[name] ?? ""] })));
    },
  });
  return (
    <Modal
      open
      title={t.claims.actions[action]}
      onCancel={onClose}
      mask={{ closable: !send.isPending }}
      width={560}
      destroyOnHidden
      footer={null}
    >
      <p className="sub">{t.claims.actionNotes[action]}</p>
      <Form
        form={form}
        layout="vertical"
        className="action-form"
        hidden={filled !== null}
        initialValues={initial}
        onFinish={(values: Values) => {
          send.reset();
          setFilled({ ...initial, ...values });
        }}
      >
        {fields.map((field) => (
          <ActionField key={field.name} field={field} claim={claim} />
        ))}
        <div className="action-buttons">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="primary" htmlType="submit" data-testid="action-submit">
            {t.claims.actions[action]}
          </Button>
        </div>
      </Form>
      {filled && (
        <Confirmation
          action={action}
          claim={claim}
          values={filled}
          error={send.error}
          sending={send.isPending}
          onBack={() => {
            setFilled(null);
          }}
          onConfirm={() => {
            send.mutate(filled);
          }}
        />
      )}
    </Modal>
  );
}

function ActionField({ field, claim }: { field: Field; claim: ClaimDetail }) {
  const { t } = useLanguage();
  const words = t.claims.form;
  const decision = Form.useWatch("decision") as string | undefined;
  const payable = Form.useWatch("payable_works") as string | undefined;
  const required = { required: true, message: t.common.required };
  const item = { name: field.name, label: words[field.label] };
  switch (field.kind) {
    case "basis":
      return (
        <Form.Item {...item} rules={[required]}>
          <Select options={Object.entries(t.claims.bases).map(([value, label]) => ({ value, label }))} />
        </Form.Item>
      );
    case "reason":
      return (
        <Form.Item {...item} rules={[required, { min: 4, whitespace: true, message: t.common.atLeast(4) }]}>
          <Input.TextArea rows={4} maxLength={2000} showCount data-testid="action-reason" />
        </Form.Item>
      );
    case "note":
      return (
        <Form.Item {...item}>
          <Input maxLength={2000} data-testid="action-note" />
        </Form.Item>
      );
    case "date":
      return (
        <Form.Item {...item} rules={[required]}>
          <Input type="date" data-testid="action-date" />
        </Form.Item>
      );
    case "reference":
      return (
        <Form.Item {...item} rules={[required]}>
          <Input className="mono" maxLength={100} data-testid="action-reference" />
        </Form.Item>
      );
    case "decision":
      return (
        <Form.Item {...item} rules={[required]}>
          <Radio.Group
            optionType="button"
            options={
              field.choices?.map((value) => ({ value, label: words[value] })) ?? [
                { value: "hold", label: words.hold },
                { value: "release", label: words.noHold },
              ]
            }
          />
        </Form.Item>
      );
    case "amount":
    case "payable":
      if (decision === "release") return null;
      return (
        <>
          <Form.Item {...item} rules={[{ validator: amountRule(field, words) }]} validateFirst>
            <Input
              inputMode="decimal"
              prefix="¥"
              className="amount-input"
              data-testid={field.kind === "payable" ? "audit-payable" : "action-amount"}
            />
          </Form.Item>
          {field.kind === "payable" ? (
            <Reduction claim={claim} payable={payable ?? ""} />
          ) : (
            <p className="sub action-reminder">{words.wageReminder(yuan(claim.wage_amount))}</p>
          )}
        </>
      );
  }
}

type FormWords = ReturnType<typeof useLanguage>["t"]["claims"]["form"];

function amountRule(field: Field, words: FormWords) {
  return (_: unknown, value: string | undefined): Promise<void> => {
    const fen = toFen(value ?? "");
    if (fen === null || fen < 0n) return Promise.reject(new Error(words.notAmount));
    if (fen === 0n && !field.mayBeZero) return Promise.reject(new Error(words.zero));
    const limit = field.limit === undefined ? null : toFen(field.limit);
    if (limit !== null && fen > limit) return Promise.reject(new Error(words.tooMuch(yuan(field.limit ?? "0"))));
    return Promise.resolve();
  };
}

/** Works claimed − payable = reduction, reckoned as one types. */
function Reduction({ claim, payable }: { claim: ClaimDetail; payable: string }) {
  const { t } = useLanguage();
  const reduction = reductionOf(claim, payable);
  const valid = reduction !== null && (toFen(reduction) ?? -1n) >= 0n;
  return (
    <dl className="reduction" aria-live="polite">
      <div>
        <dt>{t.claims.form.works}</dt>
        <dd>{yuan(worksOf(claim))}</dd>
      </div>
      <span aria-hidden="true">−</span>
      <div>
        <dt>{t.claims.form.payableShare}</dt>
        <dd>{valid ? yuan(payable) : "—"}</dd>
      </div>
      <span aria-hidden="true">=</span>
      <div>
        <dt>{t.claims.form.reduction}</dt>
        <dd className="reduction-result" data-testid="audit-reduction">
          {valid ? yuan(reduction) : "—"}
        </dd>
      </div>
    </dl>
  );
}

interface ConfirmationProps {
  action: ClaimAction;
  claim: ClaimDetail;
  values: Values;
  error: Error | null;
  sending: boolean;
  onBack: () => void;
  onConfirm: () => void;
}

function Confirmation({ action, claim, values, error, sending, onBack, onConfirm }: ConfirmationProps) {
  const { t } = useLanguage();
  const words = t.claims.form;
  const amount = ACTIONS[action].amount(claim, values);
  const name = action === "decide" ? (values["decision"] === "hold" ? words.hold : words.noHold) : t.claims.actions[action];
  const reduction = action === "conclude_audit" ? reductionOf(claim, values["payable_works"] ?? "") : null;
  return (
    <div className="confirmation">
      <p className="confirmation-name">{name}</p>
      {amount !== null && (
        <p className="confirmation-amount">
          {action === "conclude_audit" && <span>{words.payableShare} </span>}
          <Money amount={amount} hint />
        </p>
      )}
      {reduction !== null && (
        <p className="confirmation-amount">
          <span>{words.reduction} </span>
          <Money amount={reduction} hint />
        </p>
      )}
      {values["basis"] && <p className="sub">{word(t.claims.bases, values["basis"])}</p>}
      {values["reason"] && <blockquote>{values["reason"]}</blockquote>}
      {values["bank_reference"] && <p className="sub mono">{values["bank_reference"]}</p>}
      {(action === "decide" || action === "opinion") && <p className="sub">{words.wageReminder(yuan(claim.wage_amount))}</p>}
      <p className="sub">{words.irreversible}</p>
      {error && (
        <p className="confirmation-error" role="alert">
          {error.message}
          {error instanceof ApiError && error.failure.remedy && `。${error.failure.remedy}`}
        </p>
      )}
      <div className="action-buttons">
        <Button onClick={onBack} disabled={sending}>
          {t.common.back}
        </Button>
        <Button type="primary" loading={sending} onClick={onConfirm} data-testid="action-confirm">
          {amount === null ? name : words.confirm(name, yuan(amount))}
        </Button>
      </div>
    </div>
  );
}
