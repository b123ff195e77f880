/** Ways in which editors, spreadsheets and shells save a text. */
export const encodings: Readonly<Record<string, (text: string) => Buffer>> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with a byte order mark': (text) => Buffer.from(`\ufeff${text}`),
  'UTF-16 with a byte order mark': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'UTF-16, big-endian, with a byte order mark': (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  'UTF-16 without a mark': (text) => Buffer.from(text, 'utf16le'),
  'UTF-16, big-endian, without a mark': (text) => Buffer.from(text, 'utf16le').swap16()
}

/** Bytes that are no text in any of them. */
export const noText: Readonly<Record<string, (text: string) => Buffer>> = {
  'in Latin-1': (text) => Buffer.from(`${text}#\u00e9`, 'latin1'),
  'in UTF-32': (text) => Buffer.from([...`\ufeff${text}`].join('\0') + '\0', 'utf16le'),
  'with zero bytes at its end': (text) => Buffer.from(`${text}\0\0\0\0`),
  'in UTF-16 that breaks off within a character': (text) => Buffer.from(`\ufeff${text}`, 'utf16le').subarray(0, -1)
}
