import { useState, type RefObject } from 'react'
import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components'
import { fileName, panelImage, saveFile } from './panelImage.ts'

interface ChartMenuProps {
  /** Of the panel. */
  readonly name: string
  readonly panel: RefObject<HTMLElement | null>
  /** Begin of what is drawn, for names of files. */
  readonly startMs: number
  /** The data behind what is drawn. */
  readonly csv: () => string
}

/** What can be taken away from a chart. What went wrong, or where it went, is said beside the button. */
export function ChartMenu({ name, panel, startMs, csv }: ChartMenuProps) {
  const [said, setSaid] = useState('')
  const say = (words: string) => {
    setSaid(words)
    setTimeout(() => setSaid((now) => (now === words ? '' : now)), 6000)
  }
  async function act(key: string): Promise<void> {
    try {
      if (key === 'csv') return saveFile(new Blob([csv()], { type: 'text/csv;charset=utf-8' }), fileName(name, startMs, 'csv'))
      const image = await panelImage(panel.current!)
      if (key === 'png') return saveFile(image, fileName(name, startMs, 'png'))
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': image })])
      say('image copied')
    } catch (error) {
      say(key === 'copy' ? 'The image could not be copied: save it as PNG instead.' : `The chart could not be saved: ${error instanceof Error ? error.message : String(error)}.`)
    }
  }
  return (
    <>
      <span className="hint" role="status">
        {said}
      </span>
      <MenuTrigger>
        <Button className="panel-button" aria-label="Chart menu">
          <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden>
            <path d="M2 6h2v2H2zM6 6h2v2H6zM10 6h2v2h-2z" />
          </svg>
        </Button>
        <Popover className="chart-menu-popover" placement="bottom end" offset={2}>
          <Menu className="chart-menu" aria-label={`Chart menu of ${name}`} onAction={(key) => void act(String(key))}>
            <MenuItem id="copy">Copy image</MenuItem>
            <MenuItem id="png">Save as PNG</MenuItem>
            <MenuItem id="csv">Save data as CSV</MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
    </>
  )
}
