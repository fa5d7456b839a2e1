/** A chart of a run's own data: panels that share what goes along the bottom. */
export interface Chart {
  x: { name: string; scale?: 'linear' | 'log' };
  panels: readonly Panel[];
}

interface Panel {
  title: string;
  unit: string;
  /** The first one is hairpin's. */
  lines: readonly Line[];
}

interface Line {
  name?: string;
  points: readonly (readonly [x: number, y: number])[];
}

const [COLUMNS, WIDTH, HEIGHT] = [2, 410, 210];
/** Of a panel, around what is drawn. */
const EDGE = { left: 52, right: 20, top: 36, bottom: 40 };
/** Beside the lines, for their names. */
const NAMES = 84;
/** More points than these are a line without dots. */
const MOST_DOTS = 12;
const LINE_HEIGHT = 14;

/** As the drawings of labs: on its own it follows the reader's colour scheme. */
const STYLE = `
.hairpin-chart{--ink:light-dark(#1f2328,#e6edf3);--muted:light-dark(#59636e,#9198a1);--grid:light-dark(#d1d9e0,#3d444d);
--paper:light-dark(#ffffff,#0d1117);--ours:light-dark(#0969da,#4493f8);--peer:light-dark(#bc4c00,#db6d28);
font:12px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
.hairpin-chart:root{color-scheme:light dark;background:var(--paper)}
.hairpin-chart text{fill:var(--muted)}
.hairpin-chart .title{fill:var(--ink);font-weight:600}
.hairpin-chart .grid{stroke:var(--grid);stroke-width:1}
.hairpin-chart .line{--line:var(--peer)}
.hairpin-chart .ours{--line:var(--ours)}
.hairpin-chart .line path{fill:none;stroke:var(--line);stroke-width:2;stroke-linejoin:round}
.hairpin-chart .line circle,.hairpin-chart .line text{fill:var(--line)}
`;

/** Draws a chart as an SVG that needs nothing else. Every vertical axis begins at 0, so that what looks flat is flat. */
export function drawChart({ x, panels }: Chart): string {
  const [width, height] = [COLUMNS * WIDTH, Math.ceil(panels.length / COLUMNS) * HEIGHT];
  const drawn = panels.map((panel, at) => {
    const [column, row] = [at % COLUMNS, Math.floor(at / COLUMNS)];
    return [`<g transform="translate(${column * WIDTH} ${row * HEIGHT})">`, ...drawPanel(panel, x), '</g>'];
  });
  const title = `${panels.map((panel) => panel.title).join('; ')}, by ${x.name}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="hairpin-chart" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${title}</title>`,
    `<style>${STYLE}</style>`,
    ...drawn.flat(),
    '</svg>\n',
  ].join('\n');
}

function drawPanel({ title, unit, lines }: Panel, { name, scale = 'linear' }: Chart['x']): string[] {
  const all = lines.flatMap(({ points }) => points);
  const [left, right] = [EDGE.left, WIDTH - EDGE.right - (lines.some((line) => line.name) ? NAMES : 0)];
  const [top, bottom] = [EDGE.top, HEIGHT - EDGE.bottom];
  const xs = [...new Set(all.map(([x]) => x))].toSorted((a, b) => a - b);
  const columns = scale === 'log' ? xs : ticksUpTo(xs.at(-1) ?? 0);
  const rows = ticksUpTo(Math.max(...all.map(([, y]) => y)));
  const warp = scale === 'log' ? Math.log : Number;
  const [from, to] = [warp(columns[0] ?? 0), warp(columns.at(-1) ?? 1)];
  const highest = rows.at(-1) ?? 1;
  const across = (value: number) => short(left + ((warp(value) - from) / (to - from)) * (right - left));
  const up = (value: number) => short(bottom - (value / highest) * (bottom - top));
  const heights = spreadOut(lines.map(({ points }) => up(points.at(-1)?.[1] ?? 0)));
  return [
    `<text class="title" x="${left}" y="20">${title}${unit ? `, ${unit}` : ''}</text>`,
    ...rows.map((row) => `<path class="grid" d="M${left} ${up(row)}H${right}"/>`),
    ...rows.map((row) => `<text x="${left - 8}" y="${up(row) + 4}" text-anchor="end">${row}</text>`),
    ...columns.map((each) => `<text x="${across(each)}" y="${bottom + 16}" text-anchor="middle">${each}</text>`),
    `<text x="${(left + right) / 2}" y="${bottom + 32}" text-anchor="middle">${name}</text>`,
    ...lines.flatMap(({ name: of, points }, at) => {
      const places = points.map(([x, y]) => [across(x), up(y)] as const);
      const dots = places.length > MOST_DOTS ? [] : places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3"/>`);
      return [
        `<g class="line${at === 0 ? ' ours' : ''}">`,
        `<path d="M${places.map((place) => place.join(' ')).join('L')}"/>`,
        ...dots,
        ...(of ? [`<text x="${right + 8}" y="${(heights[at] ?? 0) + 4}">${of}</text>`] : []),
        '</g>',
      ];
    }),
  ];
}

/** Round numbers from 0 to the one at or above the highest value: four to six steps of 1, 2 or 5 times a power of ten. */
function ticksUpTo(highest: number): number[] {
  const rough = (highest || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((each) => each * power >= rough * 0.999) ?? 10) * power;
  return Array.from({ length: Math.ceil(highest / step - 1e-9) + 1 }, (_, at) => Number((at * step).toPrecision(6)));
}

/** Where names stand: beside the ends of their lines, and not on one another. */
function spreadOut(heights: readonly number[]): number[] {
  const placed = [...heights];
  let least = Number.NEGATIVE_INFINITY;
  for (const [height, at] of heights.map((each, index) => [each, index] as const).toSorted(([a], [b]) => a - b)) {
    least = Math.max(height, least + LINE_HEIGHT);
    placed[at] = least;
  }
  return placed;
}

/** A tenth of a pixel is enough. */
function short(value: number): number {
  return Math.round(value * 10) / 10;
}
