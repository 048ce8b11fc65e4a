/**
 * What a reader can't see or reach, found in the page itself. Each of these functions runs in the browser: it may use nothing from outside.
 */

/** What sticks out of the window at the side. What scrolls sideways on its own can be reached. */
export function sideways() {
  const wide = document.scrollingElement.clientWidth;
  const found = [];
  if (document.scrollingElement.scrollWidth > wide + 1) found.push(`the page is ${document.scrollingElement.scrollWidth} px wide`);
  const name = (element) =>
    `${element.tagName.toLowerCase()}.${element.className?.baseVal ?? element.className} "${element.textContent.trim().slice(0, 24)}"`;
  const scrolls = (element) => {
    for (let up = element.parentElement; up; up = up.parentElement) if (/auto|scroll/.test(getComputedStyle(up).overflowX)) return up;
    return null;
  };
  for (const element of document.body.querySelectorAll('*')) {
    if (!element.checkVisibility({ visibilityProperty: true }) || element.closest('.sr, svg *')) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    const inside = scrolls(element);
    // A region that a keyboard can scroll, named as one: a timeline, somebody else's table.
    const meant = inside?.matches('[role="region"][tabindex="0"][aria-label]');
    if (inside && !meant && inside.scrollWidth > inside.clientWidth + 1) found.push(`${name(inside)} scrolls sideways`);
    const words = [...element.childNodes].find((node) => node.nodeType === 3 && node.data.trim() !== '');
    if (words && !inside) {
      const range = document.createRange();
      range.selectNodeContents(words);
      const text = range.getBoundingClientRect();
      if (text.right > wide + 1 && text.right > box.right) found.push(`the text of ${name(element)} reaches ${Math.round(text.right)}`);
    }
    if (!inside && (box.right > wide + 1 || box.left < -1))
      found.push(`${name(element)} reaches ${Math.round(box.left)} to ${Math.round(box.right)}`);
  }
  return [...new Set(found)].slice(0, 6);
}

/** Text that is cut off or lies under something else, and controls that can't be hit, each scrolled to. */
export async function lost() {
  const found = [];
  const dialogs = [...document.querySelectorAll('[role="dialog"]')].filter((each) => each.checkVisibility({ visibilityProperty: true }));
  const scope = dialogs.at(-1) ?? document.body;
  const name = (element) =>
    `${element.tagName.toLowerCase()}${element.dataset.test ? `[${element.dataset.test}]` : `.${element.className?.baseVal ?? element.className}`} "${(element.value || element.textContent).trim().slice(0, 24)}"`;
  const CONTROLS = 'a[href], button, input:not([type=file]), select, textarea, summary, [role=switch], [tabindex="0"]';
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest('.sr, svg');
  const texts = (element) => [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim() !== '');
  const rectOf = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return range.getBoundingClientRect();
  };
  const cut = (element, rect) => {
    for (let up = element; up && up !== document.documentElement; up = up.parentElement) {
      const style = getComputedStyle(up);
      const box = up.getBoundingClientRect();
      const over = (side) => /hidden|clip/.test(style[side]);
      if (over('overflowX') && (rect.right > box.right + 2 || rect.left < box.left - 2)) return up;
      if (over('overflowY') && (rect.bottom > box.bottom + 2 || rect.top < box.top - 2)) return up;
      // What scrolls can be scrolled to.
      if (/auto|scroll/.test(style.overflowY)) return null;
    }
    return null;
  };
  const free = (element, x, y) => {
    const hit = document.elementFromPoint(x, y);
    // A region that scrolls both ways below heads of its own that stay: whoever reads it scrolls on.
    const region = element.closest('[role="region"][tabindex="0"][aria-label]');
    const seen = region?.getBoundingClientRect();
    if (seen && (region.contains(hit) || x < seen.left || x > seen.right || y < seen.top || y > seen.bottom)) return true;
    return (
      hit !== null &&
      (element.contains(hit) || hit.contains(element) || hit.closest('label')?.contains(element) || element.closest('label')?.contains(hit))
    );
  };
  const scrolled = [...document.querySelectorAll('*')].filter((each) => each.scrollTop > 0).map((each) => [each, each.scrollTop]);
  for (const element of scope.querySelectorAll('*')) {
    if (!shown(element)) continue;
    const words = texts(element);
    const control = element.matches(CONTROLS);
    if (words.length === 0 && !control) continue;
    element.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
    for (const node of words) {
      const rect = rectOf(node);
      const size = parseFloat(getComputedStyle(element).fontSize);
      if (node.data.trim().length > 4 && rect.width < 2 * size && rect.height > 4 * size) found.push(`${name(element)} is squeezed`);
      const by = cut(element, rect);
      // What a bar has no room for stands in its title and its name.
      const told = element.closest('[title]')?.title.includes(node.data.trim());
      if (by && !told) found.push(`${name(element)} is cut off by ${name(by)}`);
      else if (rect.height > 0 && !free(element, rect.left + rect.width / 2, rect.top + Math.min(rect.height / 2, 200)))
        found.push(
          `${name(element)} lies under ${name(document.elementFromPoint(rect.left + rect.width / 2, rect.top + Math.min(rect.height / 2, 200)) ?? document.body)}`,
        );
    }
    if (control) {
      const box = element.getBoundingClientRect();
      if (
        element.tagName === 'INPUT' &&
        !/checkbox|radio/.test(element.type) &&
        element.clientHeight < parseFloat(getComputedStyle(element).fontSize)
      )
        found.push(`${name(element)} is lower than its text`);
      if (box.width === 0 || box.height === 0 || !free(element, box.left + box.width / 2, box.top + box.height / 2))
        found.push(`${name(element)} can't be hit`);
    }
  }
  scrolled.forEach(([each, top]) => (each.scrollTop = top));
  return [...new Set(found)].slice(0, 8);
}

/** Text that stayed as small as it was: its size, by what it says. */
export function sizes() {
  return [...document.body.querySelectorAll('*')]
    .filter(
      (each) => !each.closest('svg, canvas, .sr') && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''),
    )
    .map((each) => [
      `${each.tagName} ${each.className} ${each.textContent.trim().slice(0, 30)}`,
      parseFloat(getComputedStyle(each).fontSize),
    ]);
}
