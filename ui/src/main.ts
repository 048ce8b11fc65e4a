/** Starts the page: opens the door to the core, learns who is here and in which language, then shows the right shell. */
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import './theme/palette.css';
import './theme/base.css';
import { openDoor } from './api/host';
import App from './App.vue';
import { i18n, speak } from './i18n';
import { showPresses } from './pressed';
import { router } from './router';

openDoor();
showPresses(document);
await speak(navigator.language.startsWith('en') ? 'en' : 'zh');
createApp(App).use(createPinia()).use(i18n).use(router).mount('#app');
