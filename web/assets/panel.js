// The panel: everything behind the launcher. It takes no decision about content: it draws the typed blocks that the
// service sends, as text. There is no way from a string to markup in this file. Array methods are avoided on purpose:
// pages exist that replace them.
const texts = __TEXTS__;
const site = __SITE__;
const sheet = new CSSStyleSheet();
sheet.replaceSync(__CSS__);

const t = (key, values) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

// make("a.ref", {href, onclick}, child, ...): an element; null children and attributes are left out.
const make = (name, attributes, ...children) => {
  const [tag, part] = name.split(".");
  const node = document.createElement(tag);
  if (part) node.className = node.part = part;
  const keys = Object.keys(attributes || {});
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i], value = attributes[key];
    if (typeof value == "function") node[key] = value;
    else if (value != null && value !== false) node.setAttribute(key, value);
  }
  for (let i = 0; i < children.length; i++) if (children[i] != null) node.append(children[i]);
  return node;
};
const each = (list, act) => { for (let i = 0; i < list.length; i++) act(list[i], i); };
const button = (label, onclick, attributes) => make("button", { type: "button", onclick, ...attributes }, label);
// JSON of a string without JSON.stringify, which calls toJSON methods that a page may have added.
const quoted = (text) => '"' + text.replace(/["\\\u0000-\u001f]/g, (c) => "\\u" + ("000" + c.charCodeAt(0).toString(16)).slice(-4)) + '"';
const hidden = (text) => make("span.hidden", null, text);

export function panel(host, box, launcher, base) {
  const root = host.shadowRoot;
  root.adoptedStyleSheets = [root.adoptedStyleSheets[0], sheet];
  const small = matchMedia("(max-width: 40rem), (max-height: 30rem)");
  const inline = host.hasAttribute("inline");
  let turns = [], waiting = null, sure = false, mark = null;

  // --- the frame

  const call = ([label, href]) => href ? make("a.call", { href }, label) : make("span.call", null, label);
  const strip = make("p.strip", null, make("strong", null, t("emergency")));
  each(site.emergency, (action) => strip.append(" ", call(action)));
  const pins = make("div.pins", { role: "region", "aria-label": t("important"), hidden: "" });
  const about = make("p.about", null, t("about"));
  const log = make("div.log", { role: "log", "aria-live": "off", tabindex: 0, "aria-label": t("conversation") }, about);
  const input = make("textarea", { id: "input", rows: 2, "aria-describedby": "left note", enterkeyhint: "send", autofocus: "" });
  const left = make("span.left", { id: "left" });
  const note = make("div.note", { id: "note" });
  const submit = make("button.send", { type: "submit" }, t("send"));
  const form = make("form.ask", { novalidate: "" }, note, make("label", { for: "input" }, t("label")), input,
    make("div.row", null, left, submit));
  const restart = button(t("restart"), () => clear());
  const tools = make("details.tools", null, make("summary", null, t("more")), make("div.menu", null,
    button(t("copyAll"), () => copy(transcript(), t("copied"))), button(t("print"), () => print()), button(t("save"), () => save()), restart));
  const dialog = make("dialog.panel", { "aria-labelledby": "title" },
    make("header.head", null, make("h2", { id: "title" }, t("title")), tools,
      button("×", () => dialog.close(), { class: "close", "aria-label": t("close") })),
    strip, pins, log, form, make("slot", { name: "live" }));
  const unmark = button(t("clearMark"), () => highlight(null), { class: "unmark", hidden: "" });
  box.append(dialog, unmark);

  // --- announcements: one pair of regions in the page's own tree, shown nowhere, slotted into the dialog

  const polite = host.appendChild(make("div", { slot: "live", role: "status", "aria-atomic": "true" }));
  const loud = host.appendChild(make("div", { slot: "live", role: "alert" }));
  const say = (text, urgent) => {
    if (host.ariaNotify) return host.ariaNotify(text, { priority: urgent ? "high" : "normal" });
    const region = urgent ? loud : polite;
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 100);
  };

  // --- open and close

  const show = () => {
    if (small.matches && !inline) dialog.showModal();
    else dialog.show();
    launcher.setAttribute("aria-expanded", "true");
    input.focus({ preventScroll: true });
  };
  const toggle = () => {
    if (dialog.open) return dialog.close();
    show();
    readable();
    host.dispatchEvent(new CustomEvent("footnote:open"));
  };
  dialog.onclose = () => {
    launcher.setAttribute("aria-expanded", "false");
    launcher.focus({ preventScroll: true });
    host.dispatchEvent(new CustomEvent("footnote:close"));
  };
  // The same dialog in its other form, when the window crosses the border between them or the page was swapped.
  const attach = () => {
    if (!dialog.open) return;
    const focused = root.activeElement;
    const closed = dialog.onclose;
    dialog.onclose = () => { dialog.onclose = closed; };
    dialog.close();
    show();
    if (focused) focused.focus({ preventScroll: true });
  };
  small.addEventListener("change", attach);
  dialog.onkeydown = (event) => {
    if (event.key == "Escape") {
      event.preventDefault();
      if (preview.matches(":popover-open")) preview.hidePopover();
      else if (tools.open) { tools.open = false; tools.firstChild.focus(); }
      else dialog.close();
    } else if (event.key == "F6") {
      event.preventDefault();
      const stops = [input, log, pins.hidden ? null : pins.querySelector("h3")];
      const active = root.activeElement;
      let now = form.contains(active) ? 0 : log.contains(active) ? 1 : pins.contains(active) ? 2 : -1;
      do now = (now + (event.shiftKey ? 2 : 1)) % 3; while (!stops[now]);
      stops[now].focus();
    }
  };
  // On phones the keyboard covers the panel without changing dvh: follow what can be seen.
  const seen = window.visualViewport;
  if (seen) seen.addEventListener("resize", () => dialog.style.setProperty("--seen", seen.height + "px"));
  // Colours that an owner chose are used only if the send button can be read in them (WCAG 1.4.3).
  const readable = () => {
    const light = (colour) => {
      const parts = colour.match(/[\d.]+/g) || [0, 0, 0];
      const part = (i) => (parts[i] /= 255) <= 0.04045 ? parts[i] / 12.92 : ((parts[i] + 0.055) / 1.055) ** 2.4;
      return 0.05 + 0.2126 * part(0) + 0.7152 * part(1) + 0.0722 * part(2);
    };
    const style = getComputedStyle(submit);
    const one = light(style.color), other = light(style.backgroundColor);
    if (Math.max(one, other) / Math.min(one, other) < 4.5) host.dataset.plain = "";
  };

  // --- asking

  const tell = (text, ...more) => {
    note.replaceChildren();
    if (text) note.append(make("p", null, text), ...more);
  };
  const fail = (text, retry) => {
    tell(text, retry ? button(t("retry"), () => ask(input.value)) : null ?? "",
      site.search ? make("a", { href: site.search }, t("search")) : "");
    say(text);
  };
  const busy = (on) => {
    input.readOnly = on;
    submit.textContent = t(on ? "stop" : "send");
  };
  const count = () => {
    const rest = site.max - input.value.length;
    left.textContent = rest < 0 ? t("over", { n: -rest }) : rest < site.max / 5 ? t("left", { n: rest }) : "";
    sure = false;
  };
  const personal = /\S@\S+\.\S|(\d[\s().-]?){9}/;

  const ask = async (words) => {
    const question = words.trim();
    if (!question || question.length > site.max) return fail(t(question ? "tooLong" : "empty"));
    if (personal.test(question) && !sure) {
      tell(t("personal"), button(t("sendAnyway"), () => { sure = true; ask(question); }),
        button(t("change"), () => { tell(); input.focus(); }));
      return say(t("personal"));
    }
    tell();
    input.value = question;
    busy(true);
    const abort = waiting = new AbortController();
    const late = setTimeout(() => abort.abort("timeout"), site.wait);
    const slow = setTimeout(() => { tell(t("waiting")); say(t("waiting")); }, 1000);
    try {
      const response = await post("chat", body(question), abort.signal);
      const reply = await response.json();
      tell();
      if (!response.ok) return refused(response.status, reply);
      input.value = "";
      count();
      took(question, reply);
    } catch (error) {
      if (abort.signal.aborted) fail(t(abort.signal.reason == "timeout" ? "timeout" : "stopped"), true);
      else await unreached();
    } finally {
      clearTimeout(late);
      clearTimeout(slow);
      waiting = null;
      busy(false);
    }
  };
  const post = (route, json, signal) => fetch(base + "/api/v1/" + route, {
    method: "POST", body: json, signal, headers: { "content-type": "application/json", accept: "application/json" },
    credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer",
  });
  const body = (question) => {
    let messages = "";
    const add = (role, text) => { messages += (messages && ",") + '{"role":"' + role + '","text":' + quoted(text) + "}"; };
    each(turns, (turn) => { add("visitor", turn.question); if (turn.reply.text) add("bot", turn.reply.text); });
    add("visitor", question);
    return '{"messages":[' + messages + "]}";
  };
  const refused = (status, problem) => {
    if (status == 429 || status == 503 && problem.retry_after) fail(t("busy", { n: problem.retry_after }), true);
    else if (status == 403) fail(t("blocked"));
    else if (status == 413 || status == 422) fail(t(problem.pointer == "/messages" ? "full" : "tooLong"));
    else fail(t("failed"), true);
  };
  // A browser does not say why nothing came back: look whether the service can be seen at all.
  const unreached = async () => {
    if (!navigator.onLine) return fail(t("offline"), true);
    const seen = await fetch(base + "/healthz", { mode: "no-cors", credentials: "omit", cache: "no-store" }).catch(() => null);
    fail(t(seen && base != location.origin ? "blocked" : "failed"), true);
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    if (waiting) waiting.abort("stopped");
    else ask(input.value);
  };
  input.oninput = count;
  input.onkeydown = (event) => {
    if (event.key == "Enter" && !event.shiftKey && !event.isComposing && !waiting) {
      event.preventDefault();
      form.requestSubmit();
    }
  };

  // --- one turn

  const took = (question, reply) => {
    const turn = { question, reply, at: new Date() };
    turns[turns.length] = turn;
    draw(turn);
    remember();
    host.dispatchEvent(new CustomEvent("footnote:reply", { detail: { kind: reply.kind } }));
  };
  const draw = (turn, quietly) => {
    const { reply } = turn;
    const old = log.querySelector(".next");
    if (old) old.remove();
    const article = make("article.turn", null, make("h3", null, t("asked")), make("p.asked", null, turn.question));
    let card = null;
    each(reply.blocks, (block) => { if (block.type == "alert" && block.tier != "assessment") card = pin(block); });
    if (reply.kind != "escalation") answer(article, reply, card);
    else article.append(make("p.quiet", null, reply.blocks[0].headline));
    log.append(article);
    if (quietly) return;
    log.scrollTop = article.offsetTop - log.offsetTop;
    if (!card) say(reply.kind == "abstain" ? t("nothing") : ready(reply.sources.length));
    else if (dialog.contains(root.activeElement)) card.firstChild.focus();
    else say(card.firstChild.textContent, true);
  };
  const ready = (n) => t(n == 0 ? "ready0" : n == 1 ? "ready1" : "ready", { n });

  const answer = (article, reply, card) => {
    article.append(make("h3", null, t(reply.kind == "abstain" ? "notice" : card ? "afterAlert" : "answer")));
    const source = (number) => { let found = null; each(reply.sources, (s) => { if (s.number == number) found = s; }); return found; };
    const fill = (node, pieces, all) => each(pieces, (piece, i) => {
      const last = i + 1 == pieces.length || pieces[i + 1].source != piece.source;
      const cited = piece.source != null && last ? source(piece.source) : null;
      const into = all ? node.appendChild(make("li", null)) : node;
      into.append(piece.text, cited ? reference(cited) : "", " ");
    });
    each(reply.blocks, (block) => {
      if (block.type == "paragraph") article.append(paragraph(fill, block.pieces));
      else if (block.type == "list") { const list = make("ul"); fill(list, block.items, true); article.append(list); }
      else if (block.type == "notice") article.append(nothing(block));
      else if (block.type == "alert" && block.tier == "assessment") article.append(alertCard(block));
      else if (block.type == "suggestions") suggest(article, block);
    });
    if (reply.sources.length) article.append(sources(reply.sources));
    if (reply.kind != "smalltalk") article.append(after(reply, article));
  };
  const paragraph = (fill, pieces) => { const p = make("p"); fill(p, pieces); return p; };
  const nothing = (block) => make("div.nothing", null, make("p", null, block.text),
    site.search ? make("a", { href: site.search }, t("search")) : null,
    site.contact ? make("p", null, site.contactUrl ? make("a", { href: site.contactUrl }, site.contact) : site.contact) : null);
  const suggest = (article, block) => {
    const next = make("div.next", null, make("h4", null, t("nextQuestions")));
    each(block.questions, (question) => next.append(button(question, () => { if (!waiting) ask(question); }, { class: "chip" })));
    setTimeout(() => article.append(next));
  };

  // --- red flags: the service's fixed words, kept at the top for the whole conversation

  const alertCard = (block) => {
    const card = make("section.card", null, make("h3", { tabindex: -1 }, hidden(t(block.tier + "Tier") + ": "), block.headline));
    card.classList.add(block.tier);
    const inside = card.appendChild(make("div.in"));
    each(block.text.split("\n"), (line) => { if (line.trim()) inside.append(make("p", null, line)); });
    const calls = card.appendChild(make("p.calls"));
    each(block.actions, (action) => calls.append(call([action.label, action.href]), " "));
    return card;
  };
  const pin = (block) => {
    const key = block.headline + block.text;
    let card = null;
    each(pins.children, (old) => { if (old.dataset.key == key) card = old; });
    if (!card) {
      card = alertCard(block);
      card.dataset.key = key;
      card.append(button(t("gotIt"), () => fold(card, !card.classList.contains("folded")), { class: "fold", "aria-expanded": "true" }));
    }
    fold(card, false);
    pins.hidden = false;
    pins.prepend(card);
    pins.scrollTop = 0;
    return card;
  };
  const fold = (card, on) => {
    card.classList.toggle("folded", on);
    card.lastChild.textContent = t(on ? "readAgain" : "gotIt");
    card.lastChild.setAttribute("aria-expanded", !on);
  };

  // --- footnotes

  const preview = make("div.preview", { popover: "auto", role: "group" });
  let timer = 0;
  const hide = (delay) => { clearTimeout(timer); timer = setTimeout(() => { if (preview.isConnected) preview.hidePopover(); }, delay); };
  const near = (node) => preview.contains(node) || node == mark;
  const open = (link, source) => {
    clearTimeout(timer);
    if (mark == link && preview.matches(":popover-open")) return;
    if (mark) mark.setAttribute("aria-expanded", "false");
    mark = link;
    preview.replaceChildren(...entry(source, true));
    preview.setAttribute("aria-label", t("source", { n: source.number, title: source.title }));
    link.after(preview);
    preview.showPopover();
    link.setAttribute("aria-expanded", "true");
    const at = link.getBoundingClientRect(), size = preview.getBoundingClientRect();
    const below = at.bottom + size.height + 12 < innerHeight;
    preview.style.left = Math.max(8, Math.min(at.left - 24, innerWidth - size.width - 8)) + "px";
    preview.style.top = Math.max(8, below ? at.bottom + 4 : at.top - size.height - 4) + "px";
  };
  preview.ontoggle = (event) => { if (event.newState == "closed" && mark) mark.setAttribute("aria-expanded", "false"); };
  preview.onpointerenter = () => clearTimeout(timer);
  preview.onpointerleave = () => hide(300);
  preview.addEventListener("focusout", (event) => { if (!near(event.relatedTarget)) hide(0); });
  log.onscroll = () => hide(0);
  const reference = (source) => {
    const name = t("source", { n: source.number, title: source.title });
    const link = make("a.ref", { href: base + source.page, "aria-label": name, "aria-expanded": "false" }, source.number + "");
    link.onclick = (event) => { if (!event.ctrlKey && !event.metaKey) { event.preventDefault(); open(link, source); } };
    link.onfocus = () => { if (link.matches(":focus-visible")) open(link, source); };
    link.onblur = (event) => { if (!near(event.relatedTarget)) hide(150); };
    link.onpointerenter = (event) => { if (event.pointerType == "mouse") { clearTimeout(timer); timer = setTimeout(() => open(link, source), 150); } };
    link.onpointerleave = () => hide(300);
    return link;
  };
  const entry = (source, full) => {
    const where = source.link && source.link.split("#")[0];
    const meta = document.querySelector('meta[name="footnote-article"]');
    const here = meta && meta.content == source.article_id || where == location.href.split("#")[0];
    const target = { href: source.href[0] == "/" ? base + source.href : source.href, target: "_blank", rel: "noopener" };
    const title = make("p.title", null, full ? source.title : make("a", target, source.title, hidden(" (" + t("newTab") + ")")));
    return [
      full ? make("blockquote", null, source.quote) : "", title,
      source.section ? make("p.quiet", null, source.section) : "",
      source.reviewed ? make("p.quiet", null, t("reviewed", { date: source.reviewed })) : "",
      here ? button(t("here"), () => highlight(source.quote), { class: "link" })
        : full ? make("a", target, t("read"), hidden(" (" + t("newTab") + ")")) : "",
    ];
  };
  const sources = (list) => {
    const ol = make("ol.sources");
    each(list, (source) => ol.append(make("li", { value: source.number }, ...entry(source))));
    return make("div", null, make("h4", null, t("sources")), ol);
  };

  // --- the passage on the page that the visitor is reading: painted, never changed

  const highlight = (quote) => {
    if (preview.matches(":popover-open")) preview.hidePopover();
    unmark.hidden = !quote;
    if (CSS.highlights) CSS.highlights.delete("footnote");
    const range = quote && find(quote);
    if (!range) { unmark.hidden = true; return quote && say(t("failed")); }
    if (small.matches && !inline) dialog.close();
    const paint = new CSSStyleSheet();
    paint.replaceSync("::highlight(footnote){background:#ffe38a;color:#111}");
    if (!host.painted) host.painted = document.adoptedStyleSheets = [...document.adoptedStyleSheets, paint];
    if (CSS.highlights) CSS.highlights.set("footnote", new Highlight(range));
    const block = range.startContainer.parentElement;
    block.scrollIntoView({ block: "center" });
    if (!block.hasAttribute("tabindex")) block.setAttribute("tabindex", -1);
    block.focus({ preventScroll: true });
  };
  // White space differs between an article's text and its page, so it is left out of the comparison.
  const find = (quote) => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let flat = "", node, nodes = [], starts = [];
    while ((node = walk.nextNode())) {
      nodes[nodes.length] = node;
      starts[starts.length] = flat.length;
      flat += node.data.replace(/\s+/g, "");
    }
    const wanted = quote.replace(/\s+/g, ""), at = flat.indexOf(wanted);
    if (at < 0) return null;
    const place = (n) => {
      let i = starts.length - 1;
      while (starts[i] > n) i--;
      let offset = 0;
      for (let rest = n - starts[i]; rest >= 0 && offset < nodes[i].length; offset++) if (/\S/.test(nodes[i].data[offset])) rest--;
      return [nodes[i], offset];
    };
    const range = document.createRange(), [first, from] = place(at), [last, to] = place(at + wanted.length - 1);
    range.setStart(first, from - 1);
    range.setEnd(last, to);
    return range;
  };

  // --- after an answer: copy it, say whether it helped

  const after = (reply, article) => {
    const row = make("div.after", null, button(t("copyOne"), () => copy(plain(turns.length ? find2(reply) : null), t("copied")), { class: "link" }));
    if (!site.feedback || navigator.globalPrivacyControl) return row;
    const why = make("div.why", { hidden: "" }, make("p", null, t("why")));
    const send = (helpful, reason) => {
      let ids = "";
      each(reply.citations, (citation) => { ids += (ids && ",") + quoted(citation.article_id); });
      post("feedback", '{"helpful":' + helpful + ',"kind":"' + reply.kind + '","articles":[' + ids + "]" + (reason ? ',"reason":"' + reason + '"' : "") + "}").catch(() => null);
    };
    const vote = (label, helpful) => button(label, (event) => {
      const now = event.currentTarget, on = now.getAttribute("aria-pressed") != "true";
      yes.setAttribute("aria-pressed", "false");
      no.setAttribute("aria-pressed", "false");
      now.setAttribute("aria-pressed", on);
      why.hidden = !(on && !helpful);
      send(on ? helpful : null);
      if (on) say(t("thanks"));
    }, { "aria-pressed": "false" });
    const yes = vote(t("yes"), true), no = vote(t("no"), false);
    each(["not_my_question", "unclear", "not_enough", "wrong"], (reason) => why.append(button(t("why_" + reason), (event) => {
      each(why.querySelectorAll("button"), (b) => b.setAttribute("aria-pressed", b == event.currentTarget));
      send(false, reason);
    }, { class: "chip", "aria-pressed": "false" })));
    row.append(make("span.quiet", null, t("helpful")), yes, no);
    return make("div", null, row, why);
  };
  const find2 = (reply) => { let found = null; each(turns, (turn) => { if (turn.reply == reply) found = turn; }); return found; };

  // --- taking it along: red flags first, then questions and answers, then where it stands

  const alertText = (block) => {
    let lines = t(block.tier + "Tier").toUpperCase() + ": " + block.headline + "\n" + block.text;
    each(block.actions, (action) => { lines += "\n" + action.label + (action.href ? " (" + action.href + ")" : ""); });
    return lines;
  };
  const alerts = () => {
    let out = "", done = "";
    each(turns, (turn) => each(turn.reply.blocks, (block) => {
      if (block.type != "alert" || done.indexOf(block.headline) >= 0) return;
      done += block.headline;
      out += alertText(block) + "\n\n";
    }));
    return out;
  };
  const plain = (turn) => {
    let out = t("asked") + ": " + turn.question + "\n\n";
    each(turn.reply.blocks, (block) => {
      if (block.type == "alert" ) return;
      if (block.type == "paragraph") { each(block.pieces, (p) => { out += p.text + (p.source ? " [" + p.source + "] " : " "); }); out += "\n"; }
      if (block.type == "list") each(block.items, (p) => { out += "- " + p.text + (p.source ? " [" + p.source + "]" : "") + "\n"; });
      if (block.type == "notice") out += block.text + "\n";
    });
    each(turn.reply.sources, (s) => {
      out += "\n[" + s.number + "] " + s.title + (s.section ? " > " + s.section : "") + "\n    " + (s.link || base + s.page).split("#")[0]
        + (s.reviewed ? "\n    " + t("reviewed", { date: s.reviewed }) : "");
    });
    return out + "\n";
  };
  const transcript = () => {
    let out = t("site") + ": " + site.name + "\n" + t("date") + ": " + new Date().toLocaleString() + "\n\n" + alerts();
    each(turns, (turn) => { out += plain(turn) + "\n"; });
    return out + t("disclaimer") + "\n";
  };
  const copy = async (text, done) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch (error) {
      const area = form.appendChild(make("textarea.hidden"));
      area.value = text;
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    tell(done);
    say(done);
  };
  const save = () => {
    const link = make("a", { href: URL.createObjectURL(new Blob([transcript()], { type: "text/plain" })), download: "questions.txt" });
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const print = () => {
    const page = make("footnote-print");
    each(transcript().split("\n"), (line) => page.append(make("div", null, line || " ")));
    const paper = new CSSStyleSheet();
    paper.replaceSync("footnote-print{display:none}@media print{body>*{display:none!important}body>footnote-print{display:block!important;font:11pt/1.5 sans-serif;white-space:pre-wrap;color:#000}}");
    const before = document.adoptedStyleSheets;
    document.adoptedStyleSheets = [...before, paper];
    document.body.append(page);
    addEventListener("afterprint", () => { page.remove(); document.adoptedStyleSheets = before; }, { once: true });
    window.print();
  };

  // --- starting again; remembering for this tab only where the owner asked for it

  const clear = () => {
    if (restart.textContent == t("restart")) { restart.textContent = t("restartSure"); return say(t("restartSure")); }
    turns = [];
    log.replaceChildren(about);
    pins.replaceChildren();
    pins.hidden = true;
    tools.open = false;
    tell();
    remember();
    say(t("cleared"));
    input.focus();
  };
  tools.ontoggle = () => { restart.textContent = t("restart"); };
  const remember = () => {
    if (host.dataset.remember != "tab") return;
    if (turns.length) sessionStorage.setItem("footnote", JSON.stringify(turns));
    else sessionStorage.removeItem("footnote");
  };
  if (host.dataset.remember == "tab") {
    turns = JSON.parse(sessionStorage.getItem("footnote") || "[]");
    each(turns, (turn) => draw(turn, true));
  }
  return { toggle, attach };
}
