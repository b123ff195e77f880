import { describe, expect, test } from 'vitest'
import type { Command } from '#renderer/commands/command.ts'
import { isPress, type KeyPress } from '#renderer/commands/keys.ts'
import { ranked } from '#renderer/commands/ranked.ts'

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more })

describe('keys as they are written', () => {
  test.each<readonly [string, KeyPress, boolean]>([
    ['Ctrl+Z', press('z', { ctrlKey: true }), true],
    ['Ctrl+Z', press('z', { metaKey: true }), true],
    ['Ctrl+Z', press('Z', { ctrlKey: true, shiftKey: true }), false],
    ['Ctrl+Shift+Z', press('Z', { ctrlKey: true, shiftKey: true }), true],
    ['Ctrl+Z', press('z'), false],
    ['Space', press(' '), true],
    ['→', press('ArrowRight'), true],
    ['→', press('ArrowRight', { shiftKey: true }), false],
    ['Shift+→', press('ArrowRight', { shiftKey: true }), true],
    ['F', press('f'), true],
    ['F', press('f', { altKey: true }), false],
    ['?', press('?', { shiftKey: true }), true],
    ['?', press('?'), true],
    ['Esc', press('Escape'), true],
    ['Ctrl+Enter', press('Enter', { ctrlKey: true }), true]
  ])('%s by %j: %j', (keys, event, is) => expect(isPress(keys, event)).toBe(is))
})

const command = (title: string, menu: Command['menu'] = 'View'): Command => ({ id: title, title, menu, run: () => undefined })

describe('what is typed into the palette', () => {
  const all = [command('Light theme'), command('Step by alert', 'Replay'), command('Next window with alerts', 'Alerts'), command('Apply limits', 'Alerts'), command('Altitude in m')]
  const titles = (text: string) => ranked(all, text).map(({ title }) => title)

  test('nothing: everything, in order', () => expect(titles('')).toEqual(all.map(({ title }) => title)))
  test('the beginning of a title comes before one of a word, and that before what lies inside', () => {
    expect(titles('al')).toEqual(['Altitude in m', 'Step by alert', 'Next window with alerts', 'Apply limits'])
    expect(titles('appl')).toEqual(['Apply limits'])
  })
  test('every word must be there, in the title or the menu', () => {
    expect(titles('alerts limits')).toEqual(['Apply limits'])
    expect(titles('theme dark')).toEqual([])
  })
})
