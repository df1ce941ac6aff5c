let pageStyle = """
    :root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e6edf3); --faint: light-dark(#d0d7de, #30363d) }
    body { font: 14px/1.45 system-ui, sans-serif; margin: 1.5rem auto; max-width: 75rem; padding: 0 1rem; color: var(--ink);
      background: light-dark(#fff, #0d1117) }
    h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
    .controls { display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; align-items: center; margin: .5rem 0 }
    .runs { max-height: 9rem; overflow: auto } label { white-space: nowrap }
    .swatch { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin: 0 .3em }
    .grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); gap: 1.5rem }
    figure { margin: 0; position: relative } figcaption { font-weight: 600 }
    svg { width: 100%; height: auto; display: block } svg text { fill: var(--ink); font-size: 11px }
    .axis { stroke: var(--faint) } .curve { fill: none; stroke-width: 1.6; stroke-linejoin: round }
    .raw { opacity: .25 } .rule { stroke: var(--ink); stroke-dasharray: 3 3; visibility: hidden }
    .parallel .curve { opacity: .75 } .parallel .curve:hover { stroke-width: 4; opacity: 1 }
    .reading { position: absolute; pointer-events: none; background: light-dark(#fff, #161b22); border: 1px solid var(--faint);
      border-radius: 4px; padding: .3rem .5rem; font-size: 12px; visibility: hidden; z-index: 1 }
    .wide { overflow-x: auto } table { border-collapse: collapse } code { opacity: .7 }
    th, td { border-bottom: 1px solid var(--faint); padding: .25rem .7rem; text-align: left; white-space: nowrap }
    td { font-variant-numeric: tabular-nums }
    """
