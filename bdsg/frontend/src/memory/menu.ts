// On a narrow screen the list of pages covers the page: it closes once one is chosen.

const NARROW = "(max-width: 768px)"; // where Streamlit lays the list over the page

export function closeMenuOnChoice() {
  const page: Window & { closesMenu?: boolean } = window;
  if (page.closesMenu) return;
  page.closesMenu = true;
  window.document.addEventListener("click", ({ target }) => {
    const chosen = target instanceof Element && target.closest("[data-testid='stSidebarNavLink']");
    if (chosen && window.matchMedia(NARROW).matches)
      window.document.querySelector<HTMLElement>("[data-testid='stSidebarCollapseButton'] button")?.click();
  });
}
