/** A path of the host, whose kind is told by the folder: `\\` only where no `/` is in it. */
export const joined = (folder: string, name: string): string => `${folder.replace(/[/\\]$/, '')}${folder.includes('\\') && !folder.includes('/') ? '\\' : '/'}${name}`
