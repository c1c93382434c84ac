import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["node_modules", "src/api/schema.d.ts"] },
  js.configs.recommended,
  ...ts.configs.strict,
  hooks.configs.flat.recommended,
  {
    rules: {
      "max-lines": ["error", { max: 350 }],
      "no-console": "error",
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
);
