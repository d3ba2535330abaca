// Light or dark as the system says, unless the reader says otherwise. Where a page may keep nothing, the choice lasts as long as the page.

const themeKey = 'monotonic-reads.theme';

function kept() {
  try {
    return localStorage.getItem(themeKey);
  } catch {
    return null;
  }
}

function keep(theme) {
  try {
    localStorage.setItem(themeKey, theme);
  } catch {
    // A page from a file may be refused its storage.
  }
}

function setTheme(theme) {
  if (theme === 'light' || theme === 'dark') {
    document.documentElement.dataset.theme = theme;
  } else {
    delete document.documentElement.dataset.theme;
  }
}

const themeChoice = document.getElementById('theme');
themeChoice.value = ['light', 'dark'].includes(kept()) ? kept() : 'auto';
setTheme(themeChoice.value);
themeChoice.addEventListener('change', () => {
  setTheme(themeChoice.value);
  keep(themeChoice.value);
});

drawOverview();
startList();
