import { expect, test } from 'vitest'
import { Fault } from '#shared/engine/fault.ts'
import { visibleText } from '#shared/engine/visibleText.ts'

test('controls, marks of direction, ends of lines and characters of no width are shown as signs, and other text stays as it is', () => {
  const texts = ['plain text, Türkiye 😀 e\u0301 عربي', 'a\u001b[31mb\u0007', 'a\u0000b\u007f', '\u009b31m', 'a\u202Eb\u2069', 'one\r\n  two\nthree', 'a\tb\u2028c', '\ufeffa\u200bb\u2060']
  expect(texts.map((text) => visibleText(text))).toEqual([texts[0], 'a␛[31mb␇', 'a␀b␡', '‹009B›31m', 'a‹202E›b‹2069›', 'one two three', 'a␉b‹2028›c', '‹FEFF›a‹200B›b‹2060›'])
})

test('what is too long loses its middle, and no half of a character is left', () => {
  expect(visibleText('x'.repeat(2000))).toHaveLength(2000)
  expect([visibleText('0123456789', 8), visibleText('😀'.repeat(10), 9), visibleText(visibleText('0123456789', 8), 8)]).toEqual(['01234…89', '😀😀😀…😀', '01234…89'])
})

test('the sentence of a Fault is of that kind, whatever it names, and ends with the next step', () => {
  const { message } = new Fault('schema', `column \u001b]0;title\u0007${'n'.repeat(1_000_000)}\n is of no use: rename it`)
  expect([message.startsWith('column ␛]0;title␇nnn'), message.endsWith('nnn is of no use: rename it'), message.length <= 2000]).toEqual([true, true, true])
})
