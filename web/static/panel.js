// The panel: everything behind the launcher. It takes no decision about content: it draws the typed blocks that the
// service sends, as text. There is no way from a string to markup in this file. Array methods are avoided on purpose:
// pages exist that replace them.
const site = __SITE__;
const sheet = new CSSStyleSheet();
// The unit of the style sheet, u, is 16 pixels, or more for visitors who enlarge text: a page's own rem may be tiny.
sheet.replaceSync(__CSS__.replace(/([\d.]+)u\b/g, "calc($1*var(--u))"));

// TEXTS.key stands for the words of a locale: the service writes them in when it composes this file.
const fill = (text, value, title) => text.replace(/\{\w+\}/g, (name) => name == "{title}" ? title : value);

// make("a.ref", {href}, child, ...): an element; null children are left out.
const make = (name, attributes, ...children) => {
  const [tag, part] = name.split(".");
  const node = document.createElement(tag);
  if (part) node.className = node.part = part;
  each(Object.keys({ ...attributes }), (key) => node.setAttribute(key, attributes[key]));
  return add(node, children);
};
const add = (node, children) => { each(children, (child) => { if (child) node.append(child); }); return node; };
const each = (list, act) => { for (let i = 0; i < list.length; i++) act(list[i], i); };
const button = (label, onclick, attributes) => Object.assign(make("button", { type: "button", ...attributes }, label), { onclick });
// JSON of a string without JSON.stringify, which calls toJSON methods that a page may have added.
const quoted = (text) => '"' + text.replace(/["\\\0-\x1f]/g, (c) => encodeURIComponent(c).replace("%", "\\u00")) + '"';
const tiers = TEXTS.tiers, reasons = TEXTS.reasons;
const focus = (node) => node?.focus({ preventScroll: true });
const quiet = (text) => text && make("p.quiet", null, text);
const hidden = (text) => make("span.hidden", null, text);

export function panel(host, box, launcher, base) {
  const root = host.shadowRoot;
  root.adoptedStyleSheets[1] = sheet;
  const small = matchMedia("(max-width:40rem),(max-height:30rem)");
  const inline = host.hasAttribute("inline");
  let turns = [], waiting = null, sure = false, still = false, mark = null, page = null;

  // --- the frame

  const call = (action) => action.href ? make("a.call", { href: action.href }, action.label) : make("span.call", null, action.label);
  const strip = make("p.strip", null, make("strong", null, TEXTS.emergency));
  each(site.emergency, (action) => strip.append(" ", call(action)));
  const pins = make("div.pins", { role: "region", "aria-label": TEXTS.important, hidden: "" });
  const about = make("p.about", null, TEXTS.about);
  const log = make("div.log", { role: "log", "aria-live": "off", tabindex: 0, "aria-label": TEXTS.conversation }, about);
  const input = make("textarea", { id: "input", rows: 1, "aria-describedby": "left note", enterkeyhint: "send", autofocus: "" });
  const left = make("span.left", { id: "left" });
  const note = make("div.note", { id: "note" });
  const submit = make("button.send", null, TEXTS.send);
  const form = make("form.ask", null, note, make("label", { for: "input" }, TEXTS.label),
    make("div.row", null, input, submit), left);
  const restart = button(TEXTS.restart, () => clear());
  const tools = make("details.tools", null, make("summary", null, TEXTS.more), make("div.menu", null,
    navigator.clipboard && button(TEXTS.copyAll, () => copy(transcript())), button(TEXTS.print, () => print()), button(TEXTS.save, () => save()), restart));
  const dialog = make("dialog.panel", { "aria-labelledby": "title" },
    make("header.head", null, make("h2", { id: "title" }, TEXTS.title), tools,
      button("×", () => dialog.close(), { class: "close", "aria-label": TEXTS.close })),
    strip, pins, log, form, make("slot", { name: "live" }));
  const unmark = button(TEXTS.clearMark, () => highlight(null), { class: "unmark", hidden: "" });
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

  const emit = (name, detail) => host.dispatchEvent(new CustomEvent("footnote:" + name, { detail }));

  // --- open and close

  const show = () => {
    if (small.matches && !inline) dialog.showModal();
    else dialog.show();
    launcher.ariaExpanded = "true";
    focus(input);
  };
  const toggle = () => {
    if (dialog.open) return dialog.close();
    show();
    readable();
    emit("open");
  };
  dialog.onclose = () => {
    launcher.ariaExpanded = "false";
    focus(launcher);
    emit("close");
  };
  // The same dialog in its other form, when the window crosses the border between them or the page was swapped.
  const attach = () => {
    if (!dialog.open) return;
    const focused = root.activeElement;
    const closed = dialog.onclose;
    dialog.onclose = () => { dialog.onclose = closed; };
    dialog.close();
    show();
    focus(focused);
  };
  small.addEventListener("change", attach);
  dialog.onkeydown = (event) => {
    if (event.key == "Escape") {
      event.preventDefault();
      if (preview.matches(":popover-open")) {
        preview.hidePopover();
        still = true;
        mark.focus();
        still = false;
      } else if (tools.open) { tools.open = false; tools.firstChild.focus(); }
      else dialog.close();
    } else if (event.key == "F6") {
      event.preventDefault();
      const stops = [form, log, pins], goals = [input, log, pins.querySelector("h3")];
      let now = 0;
      while (now < 2 && !stops[now].contains(root.activeElement)) now++;
      do now = (now + (event.shiftKey ? 2 : 1)) % 3; while (!goals[now]);
      goals[now].focus();
    }
  };
  // On phones the keyboard covers the panel without changing dvh: follow what can be seen.
  visualViewport.addEventListener("resize", () => dialog.style.setProperty("--seen", visualViewport.height + "px"));
  // Colours that an owner chose are used only if all words can be read in them (WCAG 1.4.3). Mixed with nothing, a
  // colour of any notation becomes color(srgb 0.1 0.2 0.3); what is no colour does not, and what is half transparent has
  // a fourth part, which makes the sum no number.
  const readable = () => {
    const probe = box.appendChild(make("i"));
    const light = (name) => {
      let sum = 0.05;
      probe.style.color = "color-mix(in srgb,var(--" + name + ") 100%,red)";
      const { color } = getComputedStyle(probe);
      each(color.match(/[\d.e-]+/g), (part, i) => { sum += [0.21, 0.72, 0.07][i] * Math.max(part, 0) ** 2.2; });
      return color[0] == "c" ? sum : NaN;
    };
    each([["on-accent", "accent"], ["accent", "paper"], ["ink", "paper"], ["quiet", "paper"], ["ink", "mist"]], ([one, other]) => {
      const ratio = light(one) / light(other);
      if (!(Math.max(ratio, 1 / ratio) >= 4.5)) host.dataset.plain = "";
    });
    probe.remove();
    // Without a value of the owner's, each falls back to ours.
    if (host.matches("[data-plain]")) each(["accent", "on-accent", "paper", "ink", "quiet", "mist", "line"], (name) => host.style.setProperty("--footnote-" + name, "initial", "important"));
  };

  // --- asking

  const tell = (text, ...more) => {
    note.replaceChildren();
    add(note, [text && make("p", null, text), ...more]);
  };
  const tellAndSay = (text, ...more) => { tell(text, ...more); say(text); };
  const fail = (text, retry) => tellAndSay(text, retry && button(TEXTS.retry, () => ask(input.value)), search());
  const search = () => site.search && make("a", { href: site.search }, TEXTS.search);
  const busy = (on) => {
    input.readOnly = on;
    submit.textContent = on ? TEXTS.stop : TEXTS.send;
  };
  const count = () => {
    const rest = site.max - input.value.length;
    left.textContent = rest < 0 ? fill(TEXTS.over, -rest) : rest < site.max / 5 ? fill(TEXTS.left, rest) : "";
    sure = false;
  };
  const personal = /\S@\S+\.\S|(\d[\s().-]?){9}/;

  const ask = async (words) => {
    const question = words.trim();
    // What is too long is sent all the same: the service looks for a red flag in it before it refuses.
    if (!question) return fail(TEXTS.empty);
    if (personal.test(question) && !sure) {
      return tellAndSay(TEXTS.personal, button(TEXTS.sendAnyway, () => { sure = true; ask(question); }),
        button(TEXTS.change, () => { tell(); input.focus(); }));
    }
    tell();
    input.value = question;
    busy(true);
    const abort = waiting = new AbortController(), talk = turns;
    const late = setTimeout(() => abort.abort(TEXTS.timeout), site.wait);
    const slow = setTimeout(() => tellAndSay(TEXTS.waiting), 1000);
    let reply;
    try {
      const response = await post("chat", body(question), abort.signal);
      const said = await response.json();
      tell();
      if (response.ok) reply = said;
      else if (response.status == 403) fail(TEXTS.blocked);
      else fail(said.detail || TEXTS.failed, response.status != 413 && response.status != 422);
    } catch (error) {
      if (talk == turns) abort.signal.aborted ? fail(abort.signal.reason, true) : await unreached();
    } finally {
      clearTimeout(late);
      clearTimeout(slow);
      waiting = null;
      busy(false);
    }
    // Nothing of a conversation that was cleared meanwhile is drawn or remembered.
    if (!reply || talk != turns) return;
    input.value = "";
    count();
    each(reply.withdrawn, withdraw);
    draw(turns[turns.length] = { question, reply });
    remember();
    emit("reply", { kind: reply.kind });
  };
  const post = (route, json, signal) => fetch(base + "/api/v1/" + route, {
    method: "POST", body: json, signal, headers: { "content-type": "application/json" },
    credentials: "omit", referrerPolicy: "no-referrer",
  });
  const body = (question) => {
    let messages = "";
    const add = (role, text) => { if (text) messages += (messages && ",") + '{"role":"' + role + '","text":' + quoted(text) + "}"; };
    each(turns, (turn) => { add("visitor", turn.question.slice(0, site.max)); add("bot", turn.reply.text); });
    // Of what is far too long both ends are read: more would be refused for its size, and not looked through.
    add("visitor", question.length > 8000 + site.max ? question.slice(0, 4000) + question.slice(-4000) : question);
    return '{"messages":[' + messages + '],"cited":[' + articles(turns) + "]}";
  };
  const articles = (turns) => {
    let ids = "";
    each(turns, (turn) => each(turn.reply.sources, (source) => { ids += (ids && ",") + quoted(source.article_id); }));
    return ids;
  };
  // A browser does not say why nothing came back: look whether the service can be seen at all.
  const unreached = async () => {
    if (!navigator.onLine) return fail(TEXTS.offline, true);
    const seen = await fetch(base + "/widget.js", { credentials: "omit", cache: "no-store" }).catch(() => null);
    fail(seen && base != location.origin ? TEXTS.blocked : TEXTS.failed, true);
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    if (waiting) waiting.abort(TEXTS.stopped);
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

  const draw = (turn, quietly) => {
    const { reply } = turn;
    log.querySelector(".next")?.remove();
    const article = make("article.turn", null, make("h3", null, TEXTS.asked), make("p.asked", null, turn.question));
    let card = null;
    each(reply.blocks, (block) => { if (block.type == "alert" && block.tier != "assessment") card = pin(block); });
    // Without an index a message of any tier stands alone, so it may be one that is not pinned.
    if (reply.kind != "escalation" || !card) answer(article, turn, card);
    else add(article, [quiet(reply.blocks[0].headline), noted(reply)]);
    log.append(article);
    if (quietly) return;
    log.scrollTop = article.offsetTop - log.offsetTop;
    if (!card) say(reply.kind == "abstain" ? TEXTS.nothing : reply.kind == "smalltalk" ? TEXTS.ready0 : fill(TEXTS.ready, reply.sources.length));
    else if (dialog.contains(root.activeElement)) card.firstChild.focus();
    else say(card.firstChild.textContent, true);
  };

  const answer = (article, turn, card) => {
    const { reply } = turn;
    add(article, [make("h3", null, reply.kind == "abstain" ? TEXTS.notice : card ? TEXTS.afterAlert : TEXTS.answer), noted(reply)]);
    const run = (node, pieces, items) => {
      each(pieces, (piece) => {
        const into = items ? node.appendChild(make("li")) : node;
        into.append(piece.text);
        if (piece.cite) each(reply.sources, (source) => { if (source.number == piece.source) into.append(reference(source)); });
        into.append(" ");
      });
      article.append(node);
    };
    each(reply.blocks, (block) => {
      if (block.type == "paragraph") run(make("p"), block.pieces);
      else if (block.type == "heading") run(make("p.title"), block.pieces);
      else if (block.type == "list") run(make("ul"), block.items, true);
      else if (block.type == "read_as") article.append(quiet(fill(TEXTS.readAs, block.text)));
      else if (block.type == "notice") article.append(nothing(block));
      else if (block.type == "alert" && block.tier == "assessment") article.append(alertCard(block));
      else if (block.type == "suggestions") suggest(article, block.questions);
    });
    if (reply.sources.length) article.append(sources(reply.sources));
    if (reply.kind != "smalltalk") article.append(after(turn));
  };
  // What the site has withdrawn is shown no longer: the words of each answer that quoted it go, a red flag stays.
  const withdraw = (id) => each(turns, (turn, place) => each(turn.reply.sources, (source) => {
    if (source.article_id != id) return;
    const { reply } = turn, node = log.children[place + 1];
    const blocks = [{ type: "notice", text: reply.text = TEXTS.withdrawn }];
    each(reply.blocks, (block) => { if (block.type == "alert") blocks[blocks.length] = block; });
    reply.blocks = blocks;
    reply.sources = [];
    while (node.childElementCount > 2) node.lastChild.remove();
    answer(node, turn);
  }));
  const noted = (reply) => reply.note && make("p.quiet", { role: "note" }, reply.note);
  const nothing = (block) => make("div.nothing", null, make("p", null, block.text),
    search(),
    site.contactUrl && make("a", { href: site.contactUrl }, site.contact));
  const suggest = (article, questions) => {
    if (!questions.length) return;
    const next = make("div.next", null, make("h4", null, TEXTS.nextQuestions));
    each(questions, (question) => next.append(button(question, () => { if (!waiting) ask(question); }, { class: "chip" })));
    setTimeout(() => article.append(next));
  };

  // --- red flags: the service's fixed words, kept at the top for the whole conversation

  const alertCard = (block) => {
    const card = make("section.card", { class: "card " + block.tier }, make("h3", { tabindex: -1 }, hidden(tiers[block.tier] + ": "), block.headline));
    const calls = card.appendChild(make("p.calls"));
    each(block.actions, (action) => calls.append(call(action), " "));
    const inside = card.appendChild(make("div.in"));
    each(block.text.split("\n"), (line) => { if (line.trim()) inside.append(make("p", null, line)); });
    return card;
  };
  const pin = (block) => {
    // A reminder opens the card that is there; another danger, of the same tier too, has words and a card of its own.
    let card = null, key = block.tier;
    each(block.concepts, (concept) => { key += " " + concept; });
    each(pins.children, (old) => { if (old.dataset.key == key) card = old; });
    if (!card) {
      card = alertCard(block);
      card.dataset.key = key;
      card.append(button("", () => fold(card), { class: "fold" }));
    }
    each(pins.children, (old) => fold(old, true));
    fold(card, false);
    pins.hidden = false;
    pins.prepend(card);
    pins.scrollTop = 0;
    return card;
  };
  // On, off, or else the other way round.
  const fold = (card, wanted) => {
    const on = card.classList.toggle("folded", wanted);
    card.lastChild.textContent = on ? TEXTS.readAgain : TEXTS.gotIt;
    card.lastChild.ariaExpanded = !on;
  };

  // --- footnotes

  const preview = make("div.preview", { popover: "auto", role: "group" });
  let timer = 0;
  const later = (act, delay) => { clearTimeout(timer); timer = setTimeout(act, delay); };
  const hide = (delay) => later(() => preview.hidePopover(), delay);
  const near = (node) => preview.contains(node) || node == mark;
  const open = (link, source) => {
    clearTimeout(timer);
    if (mark == link && preview.matches(":popover-open")) return;
    if (mark) mark.ariaExpanded = "false";
    mark = link;
    preview.replaceChildren();
    add(preview, entry(source, true));
    preview.ariaLabel = link.ariaLabel;
    link.after(preview);
    preview.showPopover();
    const at = link.getBoundingClientRect(), size = preview.getBoundingClientRect();
    const below = at.bottom + size.height + 12 < innerHeight;
    preview.style.left = Math.max(8, Math.min(at.left - 24, innerWidth - size.width - 8)) + "px";
    preview.style.top = Math.max(8, below ? at.bottom + 4 : at.top - size.height - 4) + "px";
  };
  preview.ontoggle = (event) => { mark.ariaExpanded = event.newState == "open"; };
  preview.onpointerenter = () => clearTimeout(timer);
  preview.onpointerleave = () => hide(300);
  log.addEventListener("focusout", (event) => { if (!near(event.relatedTarget)) hide(0); });
  log.onscroll = () => hide(0);
  const reference = (source) => {
    const link = make("a.ref", { href: base + source.page, "aria-label": fill(TEXTS.source, source.number, source.title), "aria-expanded": "false" }, source.number);
    link.onclick = (event) => { if (!event.ctrlKey && !event.metaKey) { event.preventDefault(); open(link, source); } };
    link.onfocus = () => { if (!still && link.matches(":focus-visible")) open(link, source); };
    link.onpointerenter = (event) => { if (event.pointerType == "mouse") later(() => open(link, source), 150); };
    link.onpointerleave = () => hide(300);
    return link;
  };
  const dated = ({ reviewed, published, overdue }) =>
    fill(reviewed ? TEXTS.reviewed : published ? TEXTS.published : "", reviewed || published) + (overdue ? " " + TEXTS.overdue : "");
  const entry = (source, full) => {
    const meta = document.querySelector("meta[name=footnote-article]");
    const here = meta?.content == source.article_id || source.link?.split("#")[0] == location.href.split("#")[0];
    const link = (text) => make("a", { href: new URL(source.href, base), target: "_blank" }, text, hidden(TEXTS.newTab));
    return [
      full && make("blockquote", null, source.quote),
      make("p.title", null, full ? source.title : link(source.title)),
      quiet(source.section),
      quiet(dated(source)),
      here ? button(TEXTS.here, () => highlight(source.quote), { class: "link" }) : full && link(TEXTS.read),
    ];
  };
  const sources = (list) => {
    const ol = make("ol.sources");
    each(list, (source) => ol.append(add(make("li", { value: source.number }), entry(source))));
    return make("div", null, make("h4", null, TEXTS.sources), ol);
  };

  // --- the passage on the page that the visitor is reading: painted, never changed

  const highlight = (quote) => {
    preview.hidePopover();
    const range = quote && find(quote);
    CSS.highlights?.delete("footnote");
    unmark.hidden = !range;
    if (!range) return quote && fail(TEXTS.moved);
    if (small.matches && !inline) dialog.close();
    dress();
    CSS.highlights?.set("footnote", new Highlight(range));
    const block = range.startContainer.parentElement;
    block.scrollIntoView({ block: "center" });
    if (block.tabIndex < 0) block.tabIndex = -1;
    focus(block);
  };
  // The only rules that the page itself is given, on first need: for the painted passage, and for paper.
  const dress = () => {
    if (page) return;
    page = new CSSStyleSheet();
    page.replaceSync("::highlight(footnote){background:#ffe38a;color:#111}footnote-print{display:none}@media print{body:has(>footnote-print)>*{display:none!important}body>footnote-print{display:block!important;font:11pt sans-serif;white-space:pre-wrap;color:#000}}");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, page];
  };
  // White space differs between an article's text and its page, so it is left out of the comparison.
  const find = (quote) => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let flat = "", node, places = [];
    while ((node = walk.nextNode())) {
      for (let i = 0; i < node.length; i++) {
        if (/\s/.test(node.data[i])) continue;
        places[flat.length] = [node, i];
        flat += node.data[i];
      }
    }
    const wanted = quote.replace(/\s+/g, ""), at = flat.indexOf(wanted);
    if (at < 0) return;
    const range = document.createRange(), [last, end] = places[at + wanted.length - 1];
    range.setStart(...places[at]);
    range.setEnd(last, end + 1);
    return range;
  };

  // --- after an answer: copy it, say whether it helped

  const after = (turn) => {
    const { reply } = turn;
    const row = make("div.after", null, navigator.clipboard && button(TEXTS.copyOne, () => copy(alerts() + plain(turn)), { class: "link" }));
    if (!site.feedback || navigator.globalPrivacyControl) return row;
    const why = make("div.why", { hidden: "" }, make("p", null, TEXTS.why));
    const send = (helpful, more) =>
      post("feedback", '{"helpful":' + helpful + ',"kind":"' + reply.kind + '"' + (more || "") + (site.kept ? ',"question":' + quoted(turn.question) +
        ',"articles":[' + articles([turn]) + '],"generation":' + quoted(reply.generation || "") : "") + "}").catch(() => null);
    // One of several buttons is pressed, or none.
    const choice = (label, group, act, attributes) => {
      const made = button(label, () => {
        const on = made.ariaPressed != "true";
        each(group.querySelectorAll("[aria-pressed]"), (other) => other.ariaPressed = on && other == made);
        act(on);
      }, { "aria-pressed": "false", ...attributes });
      group.append(made);
    };
    each([true, false], (helpful) => choice(helpful ? TEXTS.yes : TEXTS.no, row, (on) => {
      why.hidden = !on || helpful;
      send(on ? helpful : null);
      if (on) say(TEXTS.thanks);
    }));
    each(Object.keys(reasons), (reason) =>
      choice(reasons[reason], why, (on) => send(false, on && ',"reason":"' + reason + '"'), { class: "chip" }));
    return make("div", null, row, why);
  };

  // --- taking it along: red flags first, then questions and answers, then where it stands

  const alerts = () => {
    let out = "";
    each(turns, ({ reply }) => each(reply.blocks, (block) => {
      if (block.type != "alert" || out.indexOf(block.text) >= 0) return;
      out += tiers[block.tier].toUpperCase() + ": " + block.headline + "\n" + block.text + "\n";
      each(block.actions, ({ label, href }) => { out += label + (href ? " (" + href + ")" : "") + "\n"; });
      out += "\n";
    }));
    return out;
  };
  const plain = ({ question, reply }) => {
    let out = TEXTS.asked + ": " + question + "\n\n" + (reply.kind == "escalation" ? "" : reply.text + "\n");
    each(reply.sources, (source) => {
      out += "\n[" + source.number + "] " + source.title + (source.section && " > " + source.section) + "\n    " + (source.link || base + source.page).split("#")[0] + "\n";
      if (dated(source)) out += "    " + dated(source) + "\n";
    });
    return out + "\n";
  };
  const transcript = () => {
    let out = site.name + "\n" + new Date().toLocaleString() + "\n\n" + alerts();
    each(turns, (turn) => { out += plain(turn); });
    return out + TEXTS.about + "\n";
  };
  const copy = (text) => navigator.clipboard.writeText(text).then(() => tellAndSay(TEXTS.copied));
  const save = () => {
    const link = make("a", { href: URL.createObjectURL(new Blob([transcript()], { type: "text/plain" })), download: "questions.txt" });
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const print = () => {
    const paper = make("footnote-print", null, transcript());
    dress();
    document.body.append(paper);
    addEventListener("afterprint", () => paper.remove(), { once: true });
    window.print();
  };

  // --- starting again; remembering for this tab only where the owner asked for it

  const empty = () => {
    turns = [];
    log.replaceChildren(about);
    pins.replaceChildren();
    pins.hidden = true;
  };
  const clear = () => {
    if (restart.textContent == TEXTS.restart) return say(restart.textContent = TEXTS.restartSure);
    empty();
    waiting?.abort();
    tools.open = false;
    tell();
    remember();
    say(TEXTS.cleared);
    input.focus();
  };
  tools.ontoggle = () => { restart.textContent = TEXTS.restart; };
  // Storage can be forbidden, full or scribbled over: then the conversation lasts as long as the page. The number in the
  // key is that of the shape of a turn.
  const tab = (act) => {
    try {
      if (host.dataset.remember == "tab") return act(sessionStorage);
    } catch {}
  };
  const remember = () => tab((kept) => turns.length ? kept.setItem("footnote-2", JSON.stringify(turns)) : kept.removeItem("footnote-2"));
  try {
    turns = [...tab((kept) => JSON.parse(kept.getItem("footnote-2"))) || []];
    each(turns, (turn) => draw(turn, true));
  } catch { empty(); }
  if (!turns.length) suggest(log, site.starters);
  return { toggle, attach };
}
