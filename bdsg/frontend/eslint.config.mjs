import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules/"] },
  { files: ["**/*.mjs"], extends: [tseslint.configs.base] },
  {
    files: ["src/**/*.ts", "tests/**/*.ts"],
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    rules: {
      eqeqeq: "error",
      "max-lines": ["error", 250],
      "max-params": ["error", 8],
      "one-var": ["error", "never"],
      "prefer-const": "error",
      "@typescript-eslint/no-non-null-assertion": "off", // an index within bounds is no error
      "@typescript-eslint/prefer-for-of": "off", // numbers in a row need not be iterable
      "@typescript-eslint/class-literal-property-style": "off",
      "@typescript-eslint/no-empty-function": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
);
