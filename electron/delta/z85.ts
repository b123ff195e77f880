const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'
const values = new Map([...alphabet].map((character, value) => [character, value]))

/** Z85 (ZeroMQ RFC 32): five characters hold four bytes. undefined when the text is not Z85. */
export function decodeZ85(text: string): Uint8Array | undefined {
  if (text.length % 5 !== 0) return undefined
  const bytes = Buffer.alloc((text.length / 5) * 4)
  for (let group = 0; group * 5 < text.length; group++) {
    let word = 0
    for (const character of text.slice(group * 5, group * 5 + 5)) {
      const value = values.get(character)
      if (value === undefined) return undefined
      word = word * 85 + value
    }
    if (word > 0xffffffff) return undefined
    bytes.writeUInt32BE(word, group * 4)
  }
  return bytes
}
