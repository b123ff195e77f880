import { TextDecoder } from 'node:util'
import { Fault } from '#shared/engine/fault.ts'

/*
 * What editors and shells make of a text file: UTF-8 with or without a byte order mark, or UTF-16, which PowerShell
 * and Notepad write. The mark is no part
 * of the text; a second one is.
 */

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/** The text of a file that programs write. Bytes that are no text become U+FFFD. */
export function fileText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes)
}

/** The text of a file that people write. Fault `corrupt` where its bytes are no text, naming the file. */
export function writtenText(bytes: Uint8Array, file: string): string {
  const encoding = encodingOf(bytes)
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return text
  } catch {
    // Said below.
  }
  const named = encoding.toUpperCase()
  throw new Fault('corrupt', `${file} is not text in ${named}: save it as UTF-8, or choose another file`)
}

/**
 * By its mark; without one, UTF-16 tells itself by the zero bytes of its first two characters, which are ASCII in any
 * file of ours.
 */
function encodingOf([first, second, third, fourth]: Uint8Array): Encoding {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  if (first && second === 0 && third && fourth === 0) return 'utf-16le'
  return first === 0 && second && third === 0 && fourth ? 'utf-16be' : 'utf-8'
}
