import type { Page } from 'playwright-core'

/**
 * Controls of the topmost dialog or menu, else of the whole page, that a pointer cannot reach: scrolled to as a person can, something else lies over their
 * middle. One line each, empty when all can be reached. What is cut off by a box that does not scroll cannot be reached either.
 */
export const unreachable = (page: Page): Promise<string[]> => page.evaluate<string[]>(`(${findUnreachable})()`)

/** Runs in the page, which these tests know no types of. */
const findUnreachable = `() => {
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility({ visibilityProperty: true }))
  const root = shown('dialog[open], [role="dialog"]').at(-1) ?? shown('.menu').at(-1) ?? document.body
  const controls = 'button, input, select, textarea, a[href], summary, [role="tab"], [role="menuitem"], [role="option"], [role="slider"], [role="grid"]'
  const lost = []
  for (const control of root.querySelectorAll(controls)) {
    if (control.matches(':disabled, [aria-disabled="true"], [inert] *') || !control.checkVisibility({ visibilityProperty: true })) continue
    // A radio button that is drawn by its label is pressed there.
    const target = control.classList.contains('visually-hidden') ? control.closest('label') : control
    if (!target) continue
    const fixed = []
    for (let box = target.parentElement; box; box = box.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(box)
      const [own, left, top] = [box, box.scrollLeft, box.scrollTop]
      if (/hidden|clip/.test(overflowX)) fixed.push(() => (own.scrollLeft = left))
      if (/hidden|clip/.test(overflowY)) fixed.push(() => (own.scrollTop = top))
    }
    target.scrollIntoView({ block: 'center', inline: 'center' })
    for (const putBack of fixed) putBack()
    const { left, top, width, height } = target.getBoundingClientRect()
    const hit = document.elementFromPoint(left + width / 2, top + height / 2)
    const isHit = hit !== null && (target.contains(hit) || ('labels' in control && [...(control.labels ?? [])].some((label) => label.contains(hit))))
    if (isHit) continue
    const name = control.getAttribute('aria-label') ?? control.textContent.trim().slice(0, 40)
    const place = Math.round(left) + ',' + Math.round(top)
    lost.push(name + ' <' + control.className + '> at ' + place + ' lies below ' + (hit ? '<' + hit.tagName + ' ' + hit.getAttribute('class') + '>' : 'nothing'))
  }
  return lost
}`
