import theme from 'vitepress/theme';
import './style.css';
import { defineAsyncComponent } from 'vue';

// Only the page with a drawing loads Mermaid.
export default {
  extends: theme,
  enhanceApp: ({ app }: { app: import('vue').App }) =>
    app.component(
      'Mermaid',
      defineAsyncComponent(() => import('./Mermaid.vue')),
    ),
};
