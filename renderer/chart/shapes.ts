import { graphic } from 'echarts/core'

interface Pen {
  moveTo(x: number, y: number): unknown
  lineTo(x: number, y: number): unknown
  rect(x: number, y: number, width: number, height: number): unknown
  closePath(): unknown
}

/** Makes one path of many shapes known to ECharts' custom series, by the names that `Mark` has. */
export function registerShapes(): void {
  for (const [name, size, draw] of shapes) {
    graphic.registerShape(
      name,
      graphic.extendShape({
        shape: { at: [] as number[] },
        buildPath(pen: Pen, { at }: { readonly at: readonly number[] }) {
          for (let i = 0; i + size <= at.length; i += size) draw(pen, at, i)
        }
      })
    )
  }
}

const shapes: readonly (readonly [string, number, (pen: Pen, at: readonly number[], i: number) => void])[] = [
  ['rects', 4, (pen, at, i) => pen.rect(at[i]!, at[i + 1]!, at[i + 2]!, at[i + 3]!)],
  [
    'triangles',
    6,
    (pen, at, i) => {
      pen.moveTo(at[i]!, at[i + 1]!)
      pen.lineTo(at[i + 2]!, at[i + 3]!)
      pen.lineTo(at[i + 4]!, at[i + 5]!)
      pen.closePath()
    }
  ],
  [
    'lines',
    4,
    (pen, at, i) => {
      pen.moveTo(at[i]!, at[i + 1]!)
      pen.lineTo(at[i + 2]!, at[i + 3]!)
    }
  ]
]
