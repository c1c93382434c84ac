import { useLanguage } from "../i18n/language";
import { toFen, yuan, type Yuan } from "../format/money";

interface Props {
  amount: Yuan;
  /** Shows the ten-thousands beside it, as people say them aloud. */
  hint?: boolean;
  testId?: string;
}

export function Money({ amount, hint = false, testId }: Props) {
  const { t } = useLanguage();
  const large = (toFen(amount) ?? 0n) >= 1_000_000n;
  return (
    <span className="money">
      <span className="money-exact" data-testid={testId}>
        {yuan(amount)}
      </span>
      {hint && large && <span className="money-hint">{t.common.roughly(amount)}</span>}
    </span>
  );
}
