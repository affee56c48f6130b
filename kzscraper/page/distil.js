// What a person sees of the page, as small HTML: visible text in blocks and lines, tables, and the
// controls that can be pressed. It knows no words: understanding the page is Python's work.
//
// Called with {document, version, still, quiet, limit, press}: presses control number `press` first,
// if given; waits until the page has changed since that version, or was not still then, and has been
// still for `quiet` ms, at most `limit` ms. Gives {document, version, still, html}, without html if
// nothing changed.
async ({document: knownDocument, version: knownVersion, still: wasStill, quiet, limit, press,
        maxLength}) => {
  const NAME = '__observed__';
  if (!window[NAME]) {
    const fresh = {document: Math.random(), version: 1, changed: performance.now(), controls: []};
    new MutationObserver(() => { fresh.version += 1; fresh.changed = performance.now(); }).observe(
      document, {subtree: true, childList: true, characterData: true, attributes: true});
    Object.defineProperty(window, NAME, {value: fresh});
  }
  const state = window[NAME];

  if (press !== null) {
    const control = state.controls[press];
    if (control && control.isConnected) {
      // Some components listen to the pointer, not to the click.
      for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup'])
        control.dispatchEvent(new (type.startsWith('p') ? PointerEvent : MouseEvent)(
          type, {bubbles: true, cancelable: true, view: window}));
      control.click();
    }
  }

  const isNews = () => state.document !== knownDocument || state.version > knownVersion;
  const deadline = performance.now() + limit;
  await new Promise(resolve => {
    const look = () => {
      const now = performance.now();
      const still = now - state.changed;
      const isWaited = isNews() || !wasStill;
      if (now >= deadline || (isWaited && still >= quiet)) return resolve();
      setTimeout(look, Math.min(deadline - now, isWaited ? quiet - still : 20));
    };
    look();
  });
  const seen = {
    document: state.document, version: state.version,
    still: performance.now() - state.changed >= quiet, html: null,
  };
  if (!isNews()) return seen;

  const SKIPPED = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'SVG', 'HEAD', 'IFRAME',
                           'OBJECT', 'CANVAS', 'VIDEO', 'AUDIO', 'SELECT', 'DATALIST']);
  const TABLE = new Set(['TABLE', 'THEAD', 'TBODY', 'TFOOT', 'TR', 'TH', 'TD', 'CAPTION']);
  const ROLES = {table: 'table', grid: 'table', treegrid: 'table', row: 'tr', columnheader: 'th',
                 rowheader: 'td', cell: 'td', gridcell: 'td'};
  const escapeText = text => text.replaceAll('\0', '\ufffd').replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const attribute = (name, value) =>
    value ? ` ${name}="${escapeText(String(value)).replaceAll('"', '&quot;')}"` : '';
  const controls = [];
  const parts = [];
  let length = 0;
  const put = text => { parts.push(text); length += text.length; };

  const isPressable = (element, style, inControl) => {
    const tag = element.tagName;
    if (tag === 'BUTTON' || tag === 'A' || ['button', 'link'].includes(element.role)) return true;
    // A plain element that was made a button by its script.
    return !inControl && style !== null && style.cursor === 'pointer';
  };
  const openControl = (element, style) => {
    const off = element.disabled || element.getAttribute('aria-disabled') === 'true' ||
      element.parentElement?.getAttribute('aria-disabled') === 'true' ||
      (style ?? getComputedStyle(element)).pointerEvents === 'none';
    const current = element.getAttribute('aria-current') ||
      element.parentElement?.getAttribute('aria-current');
    put('<button' + attribute('data-control', String(controls.length)) +
      attribute('aria-label', element.getAttribute('aria-label')) +
      attribute('title', element.title) + (off ? ' disabled' : '') +
      (current && current !== 'false' ? ' aria-current' : '') + '>');
    controls.push(element);
  };

  const walk = (node, inTable, inControl) => {
    for (let child = node.firstChild; child && length < maxLength; child = child.nextSibling) {
      if (child.nodeType === Node.TEXT_NODE) { put(escapeText(child.data)); continue; }
      if (child.nodeType !== Node.ELEMENT_NODE) continue;
      const name = child.tagName.toUpperCase();
      if (name === 'BR') { put('<br>'); continue; }
      if (SKIPPED.has(name) || !child.checkVisibility({visibilityProperty: true})) continue;
      if (name === 'INPUT' && child.type === 'password') { put('<input type="password">'); continue; }
      const role = ROLES[child.getAttribute('role')];
      if (role || TABLE.has(name)) {
        const tag = role ?? name.toLowerCase();
        put(`<${tag}${attribute('colspan', child.colSpan > 1 ? child.colSpan : '')}>`);
        walk(child, true, inControl);
        put(`</${tag}>`);
        continue;
      }
      // Styles cost time, and inside tables nothing depends on them but a cell's inner lines.
      const style = inTable && !child.firstElementChild ? null : getComputedStyle(child);
      if (isPressable(child, inTable ? null : style, inControl)) {
        openControl(child, style);
        walk(child, inTable, true);
        put('</button>');
        continue;
      }
      const inline = style === null || style.display === 'inline' || style.display === 'contents';
      const tag = inline ? 'span' : 'div';
      put(`<${tag}>`);
      walk(child.shadowRoot ?? child, inTable, inControl);
      put(`</${tag}>`);
    }
  };
  walk(document.body ?? document.documentElement, false, false);
  state.controls = controls;
  seen.html = parts.join('');
  seen.cut = length >= maxLength;
  return seen;
}
