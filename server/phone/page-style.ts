/** The phone page's style: day and night by the phone's own setting; colours and sizes are those of the console. */
export const PAGE_STYLE = `
:root{--bg:#e6e8eb;--pane:#f4f5f7;--line:#b9c0c8;--text:#1b1f24;--text2:#4d5661;--red:#d7191c;--red-n:#fff;--orange:#f08c00;
--yellow:#ffd400;--blue:#1f6feb;--blue-n:#fff;--outline:#1b1f24;--primary:#14508f;--primary-text:#fff;--safety:#fff;--safety-line:#1b1f24}
@media (prefers-color-scheme:dark){:root{--bg:#23272e;--pane:#2b3038;--line:#6b7480;--text:#e3e6ea;--text2:#a9b1bc;--red:#ff4d4d;
--red-n:#111418;--orange:#ffa033;--yellow:#fff066;--blue:#4aa8ff;--blue-n:#111418;--outline:#14171b;--primary:#8ec5ff;
--primary-text:#111418;--safety:#14171b;--safety-line:#e3e6ea}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.45 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;
font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
main{max-width:480px;margin:0 auto;padding:12px 16px 24px}
.en{display:block;font-size:13px;color:var(--text2);font-weight:400}
.safety{margin:0 0 12px;padding:8px 12px;background:var(--safety);border-left:6px solid var(--safety-line)}
h1{display:flex;align-items:center;gap:12px;margin:0 0 8px;font-size:24px;font-weight:600}
.glyph{flex:none}.glyph path,.glyph circle{stroke:var(--outline);stroke-width:1.5}
.glyph text{font:600 26px sans-serif;text-anchor:middle}
.red{fill:var(--red)}.orange{fill:var(--orange)}.yellow{fill:var(--yellow)}.blue{fill:var(--blue)}
.red-n{fill:var(--red-n)}.blue-n{fill:var(--blue-n)}.dark-n{fill:#111418}
.status{margin:0 0 8px;font-weight:600}
dl{margin:0 0 12px;background:var(--pane);border:1px solid var(--line);border-radius:6px}
dl div{display:flex;gap:12px;padding:6px 12px;border-top:1px solid var(--line)}
dl div:first-child{border-top:0}
dt{flex:0 0 68px;color:var(--text2)}dd{margin:0;flex:1;overflow-wrap:anywhere}
dd.value{font-size:28px;font-weight:600;line-height:1.2}
button,.action{display:block;width:100%;min-height:48px;margin:0 0 10px;padding:6px 16px;border:1px solid var(--line);border-radius:8px;
background:var(--pane);color:var(--text);font:inherit;font-size:18px;text-align:center;text-decoration:none;cursor:pointer}
button .en{display:inline;margin-left:6px;color:inherit}
.primary{min-height:56px;font-size:22px;font-weight:600;background:var(--primary);border-color:var(--primary);color:var(--primary-text)}
button:focus-visible,.action:focus-visible{outline:3px solid var(--text);outline-offset:2px}
.action{font-size:16px}
.done{margin:0 0 6px;font-weight:600}
.who{margin:8px 0 0;font-size:13px;color:var(--text2)}
@media (max-width:374px){main{padding:8px 12px 16px}dl div{padding:4px 10px}}
`;
