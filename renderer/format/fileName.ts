/** A name for a file: letters, digits and hyphens. */
export const fileNameOf = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '') || 'run'
