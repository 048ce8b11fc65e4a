import prettier from 'eslint-config-prettier';
import vue from 'eslint-plugin-vue';
import tseslint from 'typescript-eslint';

const DRAWN = ['·', '–', '/', '×', ':', '↑', '↓', '→', '—', '(', ')', '%', '#', '.', 'Ω', 'T', 'V', 'n'];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/'] },
  ...tseslint.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // A file that grows past this has two purposes.
      'max-lines': ['error', 400],
      'no-console': 'error',
      'no-undef': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off',
      'vue/no-v-html': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      // No text outside the language files; signs that are the same in every language may stand in a template.
      'vue/no-bare-strings-in-template': ['error', { allowlist: DRAWN }],
    },
  },
  prettier,
);
