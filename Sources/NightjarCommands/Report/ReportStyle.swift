/// How the page looks: on screens of any width, light and dark, and on paper.
enum ReportStyle {
    static let sheet: StaticString = """
        :root {
          color-scheme: light dark;
          --page: #ffffff; --panel: #f6f8fa; --text: #1f2328; --faint: #57606a; --line: #d8dee4; --track: #e9edf1;
          --done: #116329; --done-back: #dafbe1; --done-bar: #2da44e;
          --bad: #a40e26; --bad-back: #ffebe9; --bad-bar: #cf222e;
          --warn: #6f4400; --warn-back: #fff3c4; --warn-bar: #bf8700;
          --work: #0a3d91; --work-back: #dcebff; --work-bar: #2f6fd0;
          --rest: #424a53; --rest-back: #eaeef2; --rest-bar: #8c959f;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #0f1216; --panel: #171b20; --text: #e6e9ec; --faint: #9ea8b2; --line: #30363d; --track: #232930;
            --done: #7ee2a8; --done-back: #12301f; --done-bar: #3fb37a;
            --bad: #ffb3ad; --bad-back: #45171a; --bad-bar: #f06a64;
            --warn: #f2cc60; --warn-back: #382b06; --warn-bar: #d6a428;
            --work: #a5d0ff; --work-back: #12294a; --work-bar: #5a9ef0;
            --rest: #c3cad1; --rest-back: #2a3037; --rest-bar: #77818c;
          }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body {
          margin: 0; padding: 2rem 1.25rem 3rem; background: var(--page); color: var(--text);
          font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
        }
        main, footer { max-width: 60rem; margin: 0 auto; }
        main, dd, dt, li, p, h1, h2, summary, th, td { overflow-wrap: anywhere; }
        h1 { margin: 0 0 .75rem; font-size: 1.7rem; line-height: 1.25; font-weight: 650; }
        h1 .badge { font-size: .9rem; vertical-align: .25em; }
        h2 { margin: 2.25rem 0 .6rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); font-size: 1.1rem; font-weight: 650; }
        p { margin: .4rem 0; }
        header > p:first-child { margin: 0; }
        .faint, caption { color: var(--faint); font-size: .875rem; }
        .error { padding: .5rem .75rem; border-left: 3px solid var(--bad-bar); background: var(--bad-back); color: var(--bad); }
        .badge {
          display: inline-block; padding: 0 .5em; border-radius: 1em; background: var(--rest-back); color: var(--rest);
          font-size: .8125rem; font-weight: 600; line-height: 1.6; white-space: nowrap;
        }
        .badge.done { background: var(--done-back); color: var(--done); }
        .badge.failed { background: var(--bad-back); color: var(--bad); }
        .badge.partial, .badge.interrupted { background: var(--warn-back); color: var(--warn); }
        .badge.running { background: var(--work-back); color: var(--work); }
        dl { margin: .5rem 0; }
        dd { margin: 0; }
        .pairs > div { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: 0 1rem; padding: .15rem 0; }
        .pairs dt { color: var(--faint); }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem; margin: 1.5rem 0 0; }
        .figures > div { display: flex; flex-direction: column-reverse; padding: .6rem .9rem; border: 1px solid var(--line); border-radius: 8px; }
        .figures dt { color: var(--faint); font-size: .875rem; }
        .figures dd { font-size: 1.5rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
        .figures .bad dd { color: var(--bad); }
        pre {
          margin: .3rem 0; padding: .6rem .75rem; max-height: 18rem; overflow: auto; border-radius: 6px;
          background: var(--panel); font: .8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
          white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4;
        }
        .scroll { overflow-x: auto; }
        table { width: 100%; border-collapse: collapse; font-size: .875rem; }
        caption { padding-bottom: .4rem; text-align: left; }
        th, td { min-width: 5rem; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; }
        thead th { color: var(--faint); overflow-wrap: normal; }
        tbody th, tbody td:last-child { min-width: 11rem; }
        .number { text-align: right; font-variant-numeric: tabular-nums; }
        details > summary { cursor: pointer; list-style-position: inside; }
        summary:focus-visible, pre:focus-visible, .scroll:focus-visible { outline: 2px solid var(--work-bar); outline-offset: 2px; }
        .step, .item { border-bottom: 1px solid var(--line); }
        .step > summary, .item > summary {
          display: grid; grid-template-columns: minmax(0, 16rem) minmax(0, 1fr) 13rem; gap: .25rem 1rem;
          align-items: center; padding: .45rem 0; list-style: none;
        }
        .item > summary { grid-template-columns: minmax(0, 1fr) 13rem; align-items: start; }
        summary::-webkit-details-marker { display: none; }
        .step > summary .name::before, .item > summary .name::before { content: "\\25B8\\00A0"; color: var(--faint); }
        details[open] > summary > .name::before { content: "\\25BE\\00A0"; }
        .name strong { font-weight: 600; }
        .why { display: block; color: var(--bad); font-size: .875rem; }
        .end { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; font-size: .875rem; }
        .track { position: relative; height: .75rem; border-radius: 3px; background: var(--track); }
        .bar { position: absolute; top: 0; bottom: 0; border-radius: 3px; background: var(--rest-bar); }
        .bar.done { background: var(--done-bar); }
        .bar.failed { background: var(--bad-bar); }
        .bar.interrupted { background: var(--warn-bar); }
        .bar.running { background: var(--work-bar); }
        .inside { padding: .1rem 0 .9rem 1.1rem; }
        .inside .inside { padding-left: .9rem; }
        .label { margin-top: .8rem; font-weight: 600; font-size: .875rem; }
        .role { margin: .5rem 0 0; color: var(--faint); font-size: .875rem; }
        .call + .call { margin-top: 1.2rem; }
        .folded > summary { color: var(--faint); font-size: .875rem; padding: .2rem 0; }
        section > details:not(.step):not(.item) > summary { padding: .2rem 0; }
        footer { margin-top: 3rem; color: var(--faint); font-size: .8125rem; overflow-wrap: anywhere; }
        @media (max-width: 40rem) {
          body { padding: 1.25rem 1rem 2rem; }
          .pairs > div { grid-template-columns: minmax(0, 1fr); padding: .3rem 0; }
          header .pairs > div { grid-template-columns: 5.5rem minmax(0, 1fr); padding: .15rem 0; }
          .step > summary { grid-template-columns: minmax(0, 1fr) auto; }
          .step > summary .track { grid-row: 2; grid-column: 1 / -1; }
          .item > summary { grid-template-columns: minmax(0, 1fr) auto; }
          .inside { padding-left: .6rem; }
        }
        @media print {
          body { padding: 0; font-size: 10pt; }
          details::details-content { content-visibility: visible; block-size: auto; }
          pre { max-height: none; overflow: visible; border: 1px solid var(--line); }
          h2, summary { break-after: avoid; }
          .bar, .track, .badge { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        }
        """
}
