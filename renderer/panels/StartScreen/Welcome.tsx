/** What Contrail does, while nothing is chosen. */
export function Welcome() {
  return (
    <section className="welcome" aria-label="What Contrail does">
      <h2>Nothing is open yet</h2>
      <ol>
        <li>
          <b>Silver in.</b> A recording of flight observations, as a Delta table or a folder of Parquet files, is read file by file, as it came, and never changed.
        </li>
        <li>
          <b>Windows open and close.</b> Flight phases are counted each minute, and anomalies by country over five minutes. A watermark decides when a window is final and which rows are too late.
        </li>
        <li>
          <b>Gold out.</b> Closed windows are written to two Delta tables, row for row what Spark would write, and go from there to Parquet, CSV or Arrow.
        </li>
      </ol>
      <p className="hint">A run can be paused, stepped, closed and gone on with later; its speed never changes a row of gold.</p>
    </section>
  )
}
