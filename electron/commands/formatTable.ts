import { visibleText } from '#shared/engine/visibleText.ts'

const widest = 200

/** Columns padded to their widest cell, longer ones cut; numbers to the right. */
export function formatTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const [header = [], ...rows] = [head, ...lines].map((cells) => cells.map((text) => visibleText(text, widest)))
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const isNumber = header.map((_, column) => rows.length > 0 && rows.every((row) => /^([-+\u2212]?[\d.,]+( %)?|null|NaN|)$/.test(row[column] ?? '')))
  const line = (cells: readonly string[]) => `  ${cells.map((text, column) => (isNumber[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!))).join('  ').trimEnd()}`
  return [line(header), ...rows.map(line)].join('\n')
}
