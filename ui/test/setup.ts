import { config } from '@vue/test-utils';
import { beforeEach } from 'vitest';
import { i18n, speak } from '@/i18n';

config.global.plugins = [i18n];
config.global.stubs = { RouterLink: { props: ['to'], template: '<a :href="String(to)"><slot /></a>' } };

beforeEach(async () => {
  await speak('zh');
});
