// The loader: one custom element with a launcher. The panel is fetched when the launcher is first pressed;
// before that nothing is stored, asked or drawn but a button. No setting is in here, and no hash of the panel: a page
// that holds these bytes by their hash must go on working whatever the owner sets.
(() => {
  const NAME = "footnote-chat";
  if (customElements.get(NAME)) return;
  const script = document.currentScript || document.querySelector('script[src$="/widget.js"]');
  const base = script.src;
  const panels = __PANELS__;
  const put = (parent, name) => parent.appendChild(document.createElement(name));
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(__CSS__);

  customElements.define(NAME, class extends HTMLElement {
    connectedCallback() {
      // The same element is put back after a page has swapped its body: its conversation goes on.
      if (this.shadowRoot) return this.panel && this.panel.attach();
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      const wanted = (this.dataset.lang || document.documentElement.lang).split("-")[0];
      const lang = panels[wanted] ? wanted : "en";
      const [label, offline] = panels[lang];
      const box = put(root, "section");
      box.lang = lang;
      box.ariaLabel = this.dataset.label || label;
      const button = put(box, "button");
      button.className = "launcher";
      button.part = "launcher";
      button.ariaHasPopup = "dialog";
      button.ariaExpanded = "false";
      const icon = put(button, "span");
      icon.className = "icon";
      icon.ariaHidden = "true";
      icon.textContent = "1";
      const text = put(button, "span");
      text.textContent = this.dataset.label || label;
      button.onclick = async () => {
        if (this.panel) return this.panel.toggle();
        button.ariaBusy = "true";
        try {
          const { panel } = await import(new URL("/assets/live/panel." + lang + ".js", base));
          this.panel = panel(this, box, button, new URL(base).origin);
          this.panel.toggle();
        } catch (error) {
          // The page of the chat needs no module; offline it could not be reached either.
          if (navigator.onLine) location.assign(new URL("/chat", base));
          else text.textContent = offline;
        }
        button.ariaBusy = null;
      };
    }
  });

  // An owner's own <footnote-chat inline> is used where it stands; else one is kept at the end of the body.
  const chat = document.querySelector(NAME) || document.createElement(NAME);
  Object.assign(chat.dataset, script.dataset);
  chat.id = chat.id || NAME;
  chat.dataset.turboPermanent = "";
  const place = () => {
    if (!document.body) return;
    if (!document.querySelector(NAME)) document.body.append(chat);
    watch.observe(document.body, { childList: true });
  };
  const watch = new MutationObserver(place);
  watch.observe(document.documentElement, { childList: true });
  place();
})();
