import { describe, expect, test } from 'vitest'
import { fileText, writtenText } from '#electron/storage/fileText.ts'
import { encodings, noText } from '#test/support/encodings.ts'

const texts = ['{"a": "é\u{1f600}\u4e2d"}', 'A=1\r\nB=é\r\n', '[]', 'ab']

describe('A text file', () => {
  test.each(Object.entries(encodings))('in %s is read as what was written', (_, encode) => {
    for (const text of texts) expect([writtenText(encode(text), 'f'), fileText(encode(text))]).toEqual([text, text])
  })

  test('loses one mark, and keeps a second one and those within', () => {
    for (const encode of Object.values(encodings)) expect(fileText(encode('ab\ufeffc'))).toBe('ab\ufeffc')
    expect(fileText(Buffer.from('\ufeff\ufeffa'))).toBe('\ufeffa')
  })

  test('of no bytes, of a mark alone and of a single character is a text', () => {
    expect(
      [[], [0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff], [0x61]].map((bytes) =>
        writtenText(Uint8Array.from(bytes), 'f')
      )
    ).toEqual(['', '', '', '', 'a'])
  })

  test.each(Object.entries(noText))('%s is refused with its name when a person wrote it', (_, encode) => {
    expect(() => writtenText(encode('{"a": 1}'), '/a/file.json')).toThrow(
      /^\/a\/file.json is not text in UTF-(8|16LE): save it as UTF-8/
    )
  })
})
