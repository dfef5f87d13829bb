import { icon, icons } from './text.js';

const KEPT = 'ahoi.theme';
const NEXT = { auto: 'light', light: 'dark', dark: 'auto' };
const NAMES = { auto: 'as the system', light: 'light', dark: 'dark' };
const PICTURES = { auto: icons.auto, light: icons.sun, dark: icons.moon };

// Light, dark, or what the system says.
export const wireTheme = button => {
  const show = theme => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.replaceChildren(icon(PICTURES[theme]));
    button.setAttribute('aria-label', `Colours: ${NAMES[theme]}`);
    button.title = `Colours: ${NAMES[theme]}`;
    button.dataset.theme = theme;
  };
  show(NEXT[localStorage.getItem(KEPT)] ? localStorage.getItem(KEPT) : 'auto');
  button.addEventListener('click', () => {
    const theme = NEXT[button.dataset.theme];
    localStorage.setItem(KEPT, theme);
    show(theme);
  });
};
