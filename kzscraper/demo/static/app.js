"use strict";

// The page of an observer link. Whatever comes from the server is drawn as text, never as markup:
// `append` with a string makes a text node.
(() => {
  const config = JSON.parse(document.getElementById("__NEXT_DATA__").textContent).props.pageProps;
  const root = document.getElementById("__next");
  root.className = "layout_page__HASH";

  const word = (key) => config.words[key] ?? window.__WORDS__[key] ?? key;
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  function el(tag, className, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...children);
    return element;
  }

  async function get(part, query = "") {
    const answer = await fetch(`/api/observer/${config.token}/${part}${query}`, {
      headers: { "X-Visit": String(config.visit) },
    });
    const data = await answer.json();
    if (!answer.ok) throw new Error(data.error);
    return data;
  }

  const loading = () => el("p", "layout_loading__HASH", word("loading"));
  const notice = (text) => el("div", "layout_notice__HASH", text);

  function header() {
    const logo = el("img", "layout_logo__HASH");
    logo.src = `${config.static}/logo.svg`;
    logo.alt = "";
    const parts = [logo, el("span", "layout_coin__HASH", "₿"), el("h1", "", config.name)];
    if (config.failure === "ticking") {
      const clock = el("span", "layout_clock__HASH");
      const tick = () => { clock.textContent = new Date().toISOString().slice(11, 23); };
      tick();
      setInterval(tick, 50);
      parts.push(clock);
    }
    return el("header", "layout_header__HASH", ...parts);
  }

  // --- cards

  const LABEL = "home-cards_label__HASH";
  const VALUE = "home-cards_value__HASH";

  function pair(tag, label, value) {
    return [el(tag, LABEL, label), el(tag, VALUE, value)];
  }

  function split(value) {
    const [, number, unit] = /^([-\d.,\s]*\d)?\s*(.*)$/s.exec(value);
    const parts = [number ? el("span", "", number) : "", unit ? el("span", "home-cards_unit__HASH", unit) : ""];
    return parts.filter(Boolean);
  }

  const CARD = {
    div: (label, value) => pair("div", label, value),
    p: (label, value) => pair("p", label, value),
    span: (label, value) => [el("div", "home-cards_stack__HASH", ...pair("span", label, value))],
    dl: (label, value) => [el("dl", "", el("dt", LABEL, label), el("dd", VALUE, value))],
    inline: (label, value) => [`${label}: ${value}`],
    split: (label, value) => [el("div", LABEL, label), el("div", VALUE, ...split(value))],
  };

  function cards(summary) {
    const shown = config.cards.filter((key) => key in summary);
    if (!shown.length) return "";
    return el("section", "home-cards_grid__HASH", ...shown.map(
      (key) => el("div", "home-cards_card__HASH", ...CARD[config.markup](word(key), summary[key])),
    ));
  }

  // --- tables

  const row = (keys, item) => el("tr", "", ...keys.map((key) => el("td", "", item[key])));

  function table(columns) {
    const body = el("tbody");
    const heads = columns.map(([, wordKey]) => el("th", "", word(wordKey)));
    const element = el("table", "home-table_table__HASH", el("thead", "", el("tr", "", ...heads)), body);
    return { element, body };
  }

  function drawEmpty(body, width) {
    const cell = el("td", "home-table_empty__HASH", word("empty"));
    cell.colSpan = width;
    body.replaceChildren(el("tr", "", cell));
  }

  async function appendRows(body, columns, items) {
    const keys = columns.map(([key]) => key);
    const size = config.failure === "chunked_rows" ? 20 : Math.max(items.length, 1);
    for (let start = 0; start < items.length; start += size) {
      if (start) await pause(30);
      body.append(...items.slice(start, start + size).map((item) => row(keys, item)));
    }
  }

  function localDate(iso) {
    const [year, month, day] = iso.split("-").map(Number);
    return new Date(year, month - 1, day).toLocaleString();
  }

  async function plainSection(section, part, columns) {
    const wait = section.appendChild(loading());
    const { element, body } = table(columns);
    const data = await get(part).catch(() => ({ items: [] }));
    const items = data.localDates
      ? data.items.map((item) => ({ ...item, date: localDate(item.date) }))
      : data.items;
    wait.replaceWith(element);
    if (items.length) await appendRows(body, columns, items);
    else drawEmpty(body, columns.length);
  }

  async function workersSection(section, columns) {
    const { element, body: firstBody } = table(columns);
    const bar = el("nav", "pager_bar__HASH");
    let body = firstBody;
    let latest = 0;

    async function go(page) {
      const mine = ++latest;
      const wait = loading();
      const more = config.paging === "load_more" && page > 1;
      if (more) bar.querySelectorAll("button").forEach((button) => { button.disabled = true; });
      // The rows of the page before stay, as in most tables of this kind, until the new ones are there.
      element.classList.add("home-table_busy__HASH");
      if (element.isConnected) element.before(wait);
      else section.append(wait);
      const data = await get("workers", `?page=${page}&size=${config.pageSize}`)
        .catch(() => ({ items: [], page, total: 0 }));
      wait.remove();
      if (mine !== latest) return;
      element.classList.remove("home-table_busy__HASH");
      if (!element.isConnected) section.append(element, bar);
      if (!more) {
        const fresh = el("tbody");
        body.replaceWith(fresh);
        body = fresh;
      }
      const pages = Math.max(1, Math.ceil(data.total / config.pageSize));
      bar.replaceChildren(...pager(data.page, pages, go));
      if (data.total) await appendRows(body, columns, data.items);
      else drawEmpty(body, columns.length);
    }

    await go(1);
  }

  // --- controls that turn the pages

  function button(content, onClick, enabled = true) {
    const element = el("button", "pager_button__HASH", content);
    element.type = "button";
    element.disabled = !enabled;
    element.addEventListener("click", onClick);
    return element;
  }

  function chevron(path) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 16 16");
    const line = document.createElementNS(space, "path");
    line.setAttribute("d", path);
    line.setAttribute("fill", "none");
    line.setAttribute("stroke", "currentColor");
    line.setAttribute("stroke-width", "2");
    svg.append(line);
    return svg;
  }

  function stepButtons(page, pages, go) {
    const kind = config.paging;
    const steps = [
      ["previous", "M11 2 5 8l6 6", page - 1, page > 1],
      ["next", "M5 2l6 6-6 6", page + 1, page < pages || kind === "endless"],
    ];
    const buttons = steps.map(([name, path, target, enabled]) => {
      const text = kind === "next" || kind === "endless";
      // The title kind is switched off the other common way: by aria-disabled, not by the attribute.
      const soft = kind === "title";
      const element = button(
        text ? word(name) : chevron(path),
        () => { if (enabled) go(target); },
        enabled || soft,
      );
      if (kind === "aria") element.setAttribute("aria-label", word(`${name}_page`));
      if (kind === "title") element.title = word(`${name}_page`);
      if (soft && !enabled) {
        element.setAttribute("aria-disabled", "true");
        element.classList.add("pager_off__HASH");
      }
      return element;
    });
    const counted = ["next", "aria", "title"].includes(kind);
    return counted ? [buttons[0], el("span", "", `${page} / ${pages}`), buttons[1]] : buttons;
  }

  function numberButtons(page, pages, go) {
    const parts = [];
    let last = 0;
    for (let number = 1; number <= pages; number += 1) {
      const near = Math.abs(number - page) <= 1;
      if (pages > 7 && !near && number !== 1 && number !== pages) continue;
      if (number > last + 1) parts.push(el("span", "", "…"));
      last = number;
      const element = button(String(number), () => go(number));
      if (number === page) {
        element.setAttribute("aria-current", "page");
        element.classList.add("pager_active__HASH");
      }
      parts.push(element);
    }
    return parts;
  }

  function pager(page, pages, go) {
    if (["hidden", "none"].includes(config.paging) || pages < 2) return [];
    if (config.paging === "numbers") return numberButtons(page, pages, go);
    if (config.paging !== "load_more") return stepButtons(page, pages, go);
    return page < pages ? [button(word("load_more"), () => go(page + 1))] : [];
  }

  // --- the page

  async function main() {
    if (config.failure === "never") return;
    if (config.fillAfterMs) await pause(config.fillAfterMs);
    root.replaceChildren(loading());
    if (config.failure === "loading") return;
    let summary;
    try {
      summary = await get("summary");
    } catch (error) {
      root.replaceChildren(notice(word(error.message === "revoked" ? "revoked" : "error")));
      return;
    }
    root.replaceChildren(header(), cards(summary));
    await Promise.all(config.sections.map(([part, columns]) => {
      const section = root.appendChild(el("section", "home-table_section__HASH", el("h2", "", word(part))));
      return part === "workers" ? workersSection(section, columns) : plainSection(section, part, columns);
    }));
    // For ever, and in the same turn: nobody gets a word in between the last row and the silence.
    if (config.failure === "script_hang") for (;;);
  }

  main();
})();
