import { config } from '@vue/test-utils';
import { beforeEach } from 'vitest';
import { i18n, speak, speakDesk, speakOnSite } from '@/i18n';

config.global.plugins = [i18n];
config.global.stubs = { RouterLink: { props: ['to'], template: '<a :href="String(to)"><slot /></a>' } };

// Pages are drawn a frame after their title; nobody here looks at frames.
window.requestAnimationFrame = (draw) => {
  draw(0);
  return 0;
};

beforeEach(async () => {
  await speakDesk();
  await speakOnSite();
  await speak('zh');
});
